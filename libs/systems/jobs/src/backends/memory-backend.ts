import type { ScriptPool, ScriptPoolOptions } from '@nestjs-spark/etl-script';
import type { BackendHealth, JobBackend, JobRun, RunEvent, RunHandle } from '../job/backend.ts';
import { HeldContent, linesOf, readAll } from '../job/content.ts';
import type { JobHandlers } from '../job/handler.ts';
import type { CancelProof, JobKind, JobTransformation } from '../job/job.ts';
import { describeCause, InexactNumberError, ResultTooLargeError } from './describe-cause.ts';
import { lossyNumberIn } from '../job/json.ts';
import { MemoryRun } from './memory-run.ts';
import { runScript } from './run-script.ts';
import { ScriptSlots } from './script-slots.ts';

/** How much of a run's result this process holds until it is stored: as much as a submitter may send as inputs. */
const MOST_RESULT_BYTES = 1024 ** 3;

/** Executes jobs in this process: scripts in the sandbox, each in its own thread, and handlers as declared. */
export class MemoryBackend implements JobBackend {
  readonly name = 'memory';
  readonly capabilities = {
    kinds: ['script', 'handler'] as readonly JobKind[],
    idempotentStart: true,
    local: true,
  };
  readonly #handlers: JobHandlers;
  readonly #slots: ScriptSlots;
  readonly #runs = new Map<string, MemoryRun>();
  readonly #pools = new Map<string, ScriptPool>();
  readonly #cancelled = new Set<string>();
  readonly #mostResultBytes: number;

  constructor(
    handlers: JobHandlers,
    options: ScriptPoolOptions = {},
    mostResultBytes: number = MOST_RESULT_BYTES,
  ) {
    this.#handlers = handlers;
    this.#mostResultBytes = mostResultBytes;
    this.#slots = new ScriptSlots(options);
  }

  accepts(transformation: JobTransformation): boolean {
    return transformation.kind !== 'handler' || this.#handlers.get(transformation.handler) !== undefined;
  }

  handlers(): readonly string[] {
    return this.#handlers.names();
  }

  async health(): Promise<BackendHealth> {
    return { available: true, reason: null };
  }

  async start(run: JobRun): Promise<RunHandle> {
    const known = this.#runs.get(run.runId);
    if (known) return known;
    const started = new MemoryRun(run.runId, this.#isInThread(run.transformation));
    this.#runs.set(run.runId, started);
    void this.#execute(run, started);
    return started;
  }

  async find(runId: string): Promise<RunHandle | 'unknown'> {
    return this.#runs.get(runId) ?? 'unknown';
  }

  observe({ runId }: RunHandle, signal: AbortSignal): AsyncIterable<RunEvent> {
    return this.#get(runId).observe(signal);
  }

  async cancel({ runId }: RunHandle): Promise<CancelProof | 'ended'> {
    const run = this.#get(runId);
    if (run.ended && run.ended.outcome !== 'cancelled') return 'ended';
    this.#cancelled.add(runId);
    run.stop.abort(new Error('The job was cancelled'));
    const pool = this.#pools.get(runId);
    if (pool) await this.#slots.end(pool);
    const ended = await run.untilEnded();
    if (ended.outcome !== 'cancelled') return 'ended';
    const at = new Date().toISOString();
    return run.isInThread
      ? { source: 'thread', observed: 'the thread of the run has ended', at }
      : { source: 'handler', observed: 'the handler has returned', at };
  }

  result({ runId }: RunHandle): AsyncIterable<Uint8Array> {
    return new HeldContent(this.#get(runId).parts);
  }

  async release({ runId }: RunHandle): Promise<void> {
    this.#runs.delete(runId);
    this.#cancelled.delete(runId);
  }

  /** Ends all threads and aborts the handlers. */
  close(): Promise<void> {
    for (const { stop } of this.#runs.values()) stop.abort(new Error('The process ends'));
    return this.#slots.close();
  }

  async #execute(run: JobRun, started: MemoryRun): Promise<void> {
    try {
      const made = await (run.transformation.kind === 'script'
        ? this.#script(run, started)
        : this.#handle(run, started));
      started.end({ type: 'ended', outcome: 'succeeded', ...made });
    } catch (error) {
      if (this.#cancelled.has(run.runId)) return started.end({ type: 'ended', outcome: 'cancelled' });
      const cause = describeCause(error);
      const log = started.logText;
      started.end({ type: 'ended', outcome: 'failed', cause: log === '' ? cause : { ...cause, log } });
    }
  }

  async #script(run: JobRun, started: MemoryRun) {
    const pool = this.#slots.take();
    this.#pools.set(run.runId, pool);
    const tally = { documents: 0, failed: 0 };
    try {
      const lines = runScript(run, pool, tally, (progress) => started.progress(progress));
      let bytes = 0;
      for await (const part of lines) {
        bytes += part.byteLength;
        if (bytes > this.#mostResultBytes) throw new ResultTooLargeError(this.#mostResultBytes);
        started.parts.push(part);
      }
      return { form: 'documents' as const, ...tally };
    } finally {
      this.#pools.delete(run.runId);
      this.#slots.giveBack(pool);
    }
  }

  async #handle(run: JobRun, started: MemoryRun) {
    const { transformation, jobId, runId, attempt } = run;
    const name = transformation.kind === 'handler' ? transformation.handler : '';
    const known = this.#handlers.get(name);
    if (!known) throw new Error(`No handler has the name ${JSON.stringify(name)} here`);
    const output: unknown = await known.handler.run(await readValue(run), {
      jobId,
      runId,
      attempt,
      get signal() {
        return started.stop.signal;
      },
      progress: (progress) => started.progress(progress),
      log: (line) => started.log(line),
    });
    started.parts.push(Buffer.from(JSON.stringify(output ?? null)));
    return { form: 'value' as const, documents: 1, failed: 0 };
  }

  #isInThread(transformation: JobTransformation): boolean {
    if (transformation.kind !== 'handler') return true;
    return this.#handlers.get(transformation.handler)?.declaration.isolate === 'thread';
  }

  #get(runId: string): MemoryRun {
    const run = this.#runs.get(runId);
    if (!run) throw new Error(`Run ${runId} is not known here`);
    return run;
  }
}

/** A handler receives a value as sent, and documents as a list. */
async function readValue({ input }: JobRun): Promise<unknown> {
  if (input.form === 'none') return null;
  if (input.form === 'value') return held((await readAll(input.read())).toString());
  const documents: unknown[] = [];
  for await (const line of linesOf(input.read())) documents.push(held(line.toString()));
  return documents;
}

/** @throws {InexactNumberError} where the handler would get a different number from the one that was sent */
function held(text: string): unknown {
  const lossy = lossyNumberIn(text);
  if (lossy !== null) throw new InexactNumberError(lossy);
  return JSON.parse(text);
}
