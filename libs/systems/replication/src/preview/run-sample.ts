import type { DocumentLoader, ScriptOutput, ScriptPool, Transformation } from '@nestjs-spark/etl-script';
import type { Sampled } from '../deploy/inspect/sample-documents.ts';

const AT_ONCE = 16;

/**
 * Runs a script over sampled documents.
 * @returns the outcome by document id; what the time did not suffice for is not in it
 * @throws {ScriptRefusedError} when the script cannot be run at all
 */
export async function runSample(
  pool: ScriptPool,
  transformation: Transformation,
  sample: readonly Sampled[],
  load: DocumentLoader,
  signal: AbortSignal,
): Promise<Map<string, ScriptOutput>> {
  const outputs = new Map<string, ScriptOutput>();
  const runner = pool.open(transformation);
  try {
    const there = sample.flatMap((one) => ('missing' in one ? [] : [one]));
    for (let at = 0; at < there.length && !signal.aborted; at += AT_ONCE) {
      const some = await runner.transform(there.slice(at, at + AT_ONCE), load, signal);
      for (const output of some) outputs.set(output.id, output);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    runner.close();
  }
  return outputs;
}
