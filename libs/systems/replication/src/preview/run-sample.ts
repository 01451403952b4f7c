import type {
  DocumentLoader,
  ScriptOutput,
  ScriptPool,
  ScriptRunner,
  Transformation,
} from '@nestjs-spark/etl-script';
import type { Sampled } from '../deploy/inspect/sample-documents.ts';

/** Few, so that what is done is known when the time is over. */
const AT_ONCE = 4;

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
  let runner: ScriptRunner | undefined;
  try {
    runner = await pool.open(transformation, signal);
    const there = sample.flatMap((one) => ('missing' in one ? [] : [one]));
    for (let at = 0; at < there.length && !signal.aborted;) {
      const some = await runner.transform(there.slice(at, at + AT_ONCE), load, signal);
      for (const output of some) outputs.set(output.id, output);
      at += some.length;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    runner?.close();
  }
  return outputs;
}
