import { describeError, type Logger } from '@nestjs-spark/foundation';
import { delayMs, endsWithin, pause, Repeats, type RetryPolicy } from '@nestjs-spark/foundation/internal';
import { FencedError, RunFailedError } from '../connect/ports.ts';
import { runLane, type LaneOptions, type LaneProgress } from './run-lane.ts';

/** What a run is doing at the moment, as opposed to the desired state of its pipeline. */
export type RunPhase = 'none' | 'starting' | 'running' | 'retrying' | 'draining' | 'unowned';

/** How a run ended on its own. */
export type RunEnd =
  { kind: 'end' } | { kind: 'failed'; reason: string } | { kind: 'fenced'; epoch: number | null };

export interface RunReport {
  phase: RunPhase;
  since: string;
  retries: number;
  lastError: string | null;
  progress: LaneProgress | null;
}

/** 1 s, doubling to 5 min, half of it random; forever. */
const RETRIES: RetryPolicy = { waitMs: 1_000, factor: 2, longestMs: 300_000, jitter: 0.5 };
const DRAIN_MS = 10_000;
const SAY_EVERY_MS = 60_000;

export interface SupervisedRunParts {
  lane: Omit<LaneOptions, 'signal' | 'onProgress'>;
  log: Logger;
  onReport: (report: RunReport) => void;
  /** Not called after `stop`. */
  onEnd: (end: RunEnd) => void;
}

/** Keeps a pipeline's batches going across transient failures. */
export class SupervisedRun {
  readonly #parts: SupervisedRunParts;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  readonly #repeats = new Repeats(SAY_EVERY_MS);
  #report: RunReport = { phase: 'starting', since: now(), retries: 0, lastError: null, progress: null };

  constructor(parts: SupervisedRunParts) {
    this.#parts = parts;
    this.#done = this.#run();
  }

  get report(): RunReport {
    return this.#report;
  }

  /** Resolves when nothing of it is running any more, possibly long after `stop`. */
  get ended(): Promise<void> {
    return this.#done;
  }

  /** Waits for the current batch, up to 10 s; a later write of it is either refused or identical. */
  async stop(): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.#stop.abort();
      this.#say({ phase: 'draining' });
    }
    await endsWithin(this.#done, DRAIN_MS);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const end = await runLane({
          ...this.#parts.lane,
          signal,
          onProgress: (progress) => this.#progress(progress),
        });
        if (end === 'end' && !signal.aborted) this.#parts.onEnd({ kind: 'end' });
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof RunFailedError)
          return this.#parts.onEnd({ kind: 'failed', reason: error.message });
        if (error instanceof FencedError) return this.#parts.onEnd({ kind: 'fenced', epoch: error.epoch });
        await this.#waitAfter(error);
      }
    }
  }

  async #waitAfter(error: unknown): Promise<void> {
    const lastError = describeError(error);
    const retries = this.#report.retries + 1;
    const { log, lane } = this.#parts;
    const leftOut = this.#repeats.leftOut(lastError, performance.now());
    if (leftOut !== null)
      log.warn(`${lane.key.pipelineId} is interrupted and retries automatically: ${lastError}`);
    this.#say({ phase: 'retrying', retries, lastError });
    await pause(delayMs(RETRIES, this.#failures + 1), this.#stop.signal);
    this.#failures++;
  }

  #failures = 0;

  #progress(progress: LaneProgress): void {
    if (progress.isBatch) this.#failures = 0;
    const isWorking = this.#report.phase === 'starting' || this.#report.phase === 'retrying';
    this.#say({ progress, ...(isWorking && { phase: 'running' }) });
  }

  #say(change: Partial<RunReport>): void {
    const isOther = change.phase !== undefined && change.phase !== this.#report.phase;
    this.#report = { ...this.#report, ...change, ...(isOther && { since: now() }) };
    this.#parts.onReport(this.#report);
  }
}

const now = (): string => new Date().toISOString();
