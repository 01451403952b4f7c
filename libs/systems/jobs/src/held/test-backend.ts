import type { BackendHealth, JobBackend, JobRun, RunEvent, RunHandle } from '../job/backend.ts';
import { MemoryRun } from '../backends/memory-run.ts';
import { JOB_KINDS, type CancelProof } from '../job/job.ts';

/** A run that waits until the test decides its end. */
export interface HeldRun {
  run: JobRun;
  state: MemoryRun;
}

/** Executes nothing: every run is held until the test ends it. */
export class TestBackend implements JobBackend {
  readonly name = 'test';
  readonly capabilities = {
    kinds: JOB_KINDS,
    idempotentStart: true,
    local: true,
  };
  readonly #held = new Map<string, HeldRun>();
  readonly #started: (held: HeldRun) => void;

  /** @param started called for each run that begins */
  constructor(started: (held: HeldRun) => void) {
    this.#started = started;
  }

  async health(): Promise<BackendHealth> {
    return { available: true, reason: null };
  }

  async start(run: JobRun): Promise<RunHandle> {
    const known = this.#held.get(run.runId);
    if (known) return known.state;
    const held = { run, state: new MemoryRun(run.runId) };
    this.#held.set(run.runId, held);
    this.#started(held);
    return held.state;
  }

  async find(runId: string): Promise<RunHandle | 'unknown'> {
    return this.#held.get(runId)?.state ?? 'unknown';
  }

  observe({ runId }: RunHandle, signal: AbortSignal): AsyncIterable<RunEvent> {
    return this.#get(runId).observe(signal);
  }

  async cancel({ runId }: RunHandle): Promise<CancelProof | 'ended'> {
    const state = this.#get(runId);
    if (state.ended && state.ended.outcome !== 'cancelled') return 'ended';
    state.end({ type: 'ended', outcome: 'cancelled' });
    return { source: 'test', observed: 'the test runs nothing', at: new Date().toISOString() };
  }

  async *result({ runId }: RunHandle): AsyncGenerator<Uint8Array> {
    yield* this.#get(runId).parts;
  }

  async release({ runId }: RunHandle): Promise<void> {
    this.#held.delete(runId);
  }

  #get(runId: string): MemoryRun {
    const held = this.#held.get(runId);
    if (!held) throw new Error(`Run ${runId} is not known here`);
    return held.state;
  }
}
