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

/** `load` searches the whole input, so a script that may use it gets all of it in one chunk, up to this size. */
const MOST_TOGETHER = 64 * 1024 * 1024;
/** More would not be faster on a server with one core, and every chunk is held in memory on both sides. */
const CHUNKS_AT_ONCE = 2;

/** The growing result of a script's run. */
export interface ScriptResult {
  parts: Uint8Array[];
  documents: number;
  failed: number;
}

/** Runs a script over an input, two chunks at a time, and returns the lines in input order. The first failure in that order is the run's. */
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
    // A later chunk may fail earlier; the first in input order counts.
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

/** Judged by the text: a wrong guess only means that the input is not split. */
function mayLoad(script: string): boolean {
  return /\bload\b|\\u|\beval\b|\bFunction\b|\bconstructor\b/.test(script);
}
