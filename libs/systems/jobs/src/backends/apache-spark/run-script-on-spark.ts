import type { JobRun } from '../../job/backend.ts';
import type { JobProgress } from '../../job/job.ts';
import { CHUNK_BYTES, chunksOf, type Chunk } from './chunks.ts';
import {
  MOST_RESULT_BYTES,
  resultTooLarge,
  runChunk,
  RunFailedError,
  type ChunkParts,
  type ChunkResult,
} from './run-chunks.ts';

/** `load` finds documents of the whole input, so a script that may use it gets all of it at once, up to this size. */
const MOST_TOGETHER = 64 * 1024 * 1024;
/** More would not be faster where a server has one core for them, and every chunk is held in memory here and there. */
const CHUNKS_AT_ONCE = 2;

/** What a script's run made, as it grows. */
export interface ScriptResult {
  parts: Uint8Array[];
  documents: number;
  failed: number;
}

/**
 * Runs a script over an input, chunk by chunk, two at a time, and returns the lines in the input's order. The first failure in that
 * order is the run's.
 */
export async function runScriptOnSpark(
  run: JobRun,
  parts: ChunkParts,
  progress: (progress: JobProgress) => void,
): Promise<ScriptResult> {
  const isTogether = run.transformation.kind === 'script' && mayLoad(run.transformation.script);
  if (isTogether && run.input.bytes > MOST_TOGETHER)
    throw new RunFailedError({
      class: 'resource',
      code: 'input-too-large',
      message: `The script may call load(), so its input has to be one piece, and ${run.input.bytes} bytes are more than ${MOST_TOGETHER}: use the backend memory`,
    });
  const result: ScriptResult = { parts: [], documents: 0, failed: 0 };
  let bytes = 0;
  const take = async (done: ChunkResult): Promise<void> => {
    for (const part of done.parts) {
      bytes += part.byteLength;
      if (bytes > MOST_RESULT_BYTES) throw resultTooLarge();
      result.parts.push(part);
    }
    result.documents += done.documents;
    result.failed += done.failed;
    progress({ done: result.documents, total: run.input.documents });
    await parts.onHeld(done.operation);
  };
  const waiting: Promise<ChunkResult>[] = [];
  const start = (chunk: Chunk): void => {
    const running = runChunk(run, chunk, parts);
    // A later chunk may fail first; what counts is the first in the input's order.
    running.catch(() => undefined);
    waiting.push(running);
  };
  for await (const chunk of chunksOf(run.input.read(), isTogether ? MOST_TOGETHER * 2 : CHUNK_BYTES)) {
    if (waiting.length >= CHUNKS_AT_ONCE) await take(await (waiting.shift() as Promise<ChunkResult>));
    start(chunk);
  }
  for (const running of waiting) await take(await running);
  return result;
}

/** By its text: at worst, a script gets its input in one piece without need. */
function mayLoad(script: string): boolean {
  return /\bload\b|\\u|\beval\b|\bFunction\b|\bconstructor\b/.test(script);
}
