import type { RunEnded, RunEvent, RunHandle } from '../job/backend.ts';
import type { JobProgress } from '../job/job.ts';
import { isProgress } from '../job/reported.ts';

/** A run in this process: its log, its progress, its end and its result. */
export class MemoryRun implements RunHandle {
  readonly runId: string;
  readonly parts: Uint8Array[] = [];
  /** Whether it runs in its own thread. */
  readonly isInThread: boolean;
  /** Those who wait for news. */
  #waiting: (() => void)[] = [];
  readonly #logs: string[] = [];
  #progress: JobProgress | null = null;
  #ended: RunEnded | null = null;
  #stop: AbortController | null = null;

  constructor(runId: string, isInThread = false) {
    this.runId = runId;
    this.isInThread = isInThread;
  }

  /** Created on demand: most small handlers never look at their signal. */
  get stop(): AbortController {
    this.#stop ??= new AbortController();
    return this.#stop;
  }

  get ended(): RunEnded | null {
    return this.#ended;
  }

  /** Progress never goes backwards. What a handler reports may be anything, or an object that it changes later. */
  progress(progress: JobProgress): void {
    if (!isProgress(progress) || progress.done < (this.#progress?.done ?? 0)) return;
    this.#progress = { done: progress.done, total: progress.total };
    this.#tell();
  }

  log(line: string): void {
    this.#logs.push(line.slice(0, LONGEST_LINE));
    if (this.#logs.length > MOST_LINES) this.#logs.shift();
    this.#tell();
  }

  get logText(): string {
    return this.#logs.join('\n');
  }

  /** The first end counts. */
  end(ended: RunEnded): void {
    this.#ended ??= ended;
    this.#tell();
  }

  async untilEnded(): Promise<RunEnded> {
    for (let ended = this.#ended; ; ended = this.#ended) {
      if (ended) return ended;
      await this.#news();
    }
  }

  async *observe(signal: AbortSignal): AsyncGenerator<RunEvent> {
    let told: JobProgress | null = null;
    const wake = (): void => this.#tell();
    signal.addEventListener('abort', wake);
    try {
      while (!signal.aborted) {
        if (this.#progress && this.#progress !== told) {
          told = this.#progress;
          yield { type: 'progress', progress: told };
        } else if (this.#ended) {
          yield this.#ended;
          return;
        } else await this.#news();
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #tell(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

const LONGEST_LINE = 1_000;
const MOST_LINES = 100;
