import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '@nestjs-spark/foundation';
import type { JobHandler } from '../../job/handler.ts';
import type { ThreadMessage, ThreadRun } from './messages.ts';

// The program of a thread that executes a handler with `isolate: 'thread'`.

type HandlerClass = new () => JobHandler;

const { className, file, input, jobId, runId, attempt } = workerData as ThreadRun;
const say = (message: ThreadMessage): void => parentPort?.postMessage(message, []);
const stop = new AbortController();
parentPort?.once('message', (reason: string) => stop.abort(new Error(reason)));

function isHandler(value: unknown): value is HandlerClass {
  return typeof value === 'function' && value.name === className;
}

async function load(): Promise<JobHandler> {
  const exported = (await import(file)) as { default?: unknown };
  // Some names that a CommonJS module exports are only known after it has run.
  const all = [...Object.values(exported), ...Object.values(exported.default ?? {})];
  const [found, ...others] = new Set(all.filter(isHandler));
  if (!found)
    throw new Error(
      `${file} does not export the class ${className}, and a thread needs to construct it. Export it under that name.`,
    );
  if (others.length > 0)
    throw new Error(`${file} exports several classes that are named ${className}. Give each its own name.`);
  return new found();
}

try {
  const handler = await load();
  const output = await handler.run(input, {
    jobId,
    runId,
    attempt,
    signal: stop.signal,
    progress: (progress) => say({ type: 'progress', progress }),
    log: (line) => say({ type: 'log', line }),
  });
  say({ type: 'made', json: JSON.stringify(output ?? null) });
} catch (error) {
  say({ type: 'failed', message: describeError(error) });
}
