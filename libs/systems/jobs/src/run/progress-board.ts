import { EventEmitter, once } from 'node:events';
import type { JobProgress } from '../job/job.ts';

/** The progress of a running job. */
export interface JobProgressNote {
  jobId: string;
  progress: JobProgress;
}

/** The progress of the jobs of this process. It is not stored, as it only matters while a job is running. */
export class ProgressBoard {
  readonly #known = new Map<string, JobProgress>();
  readonly #news = new EventEmitter().setMaxListeners(0);

  note(jobId: string, progress: JobProgress): void {
    this.#known.set(jobId, progress);
    this.#news.emit('news', { jobId, progress } satisfies JobProgressNote);
  }

  get(jobId: string): JobProgress | undefined {
    return this.#known.get(jobId);
  }

  forget(jobId: string): void {
    this.#known.delete(jobId);
  }

  /** Yields notes as they come; while the reader is busy, only the latest of each job is kept. */
  async *follow(signal: AbortSignal): AsyncGenerator<JobProgressNote> {
    const waiting = new Map<string, JobProgress>();
    const take = ({ jobId, progress }: JobProgressNote): void => void waiting.set(jobId, progress);
    this.#news.on('news', take);
    try {
      while (!signal.aborted) {
        for (const [jobId, progress] of waiting) {
          waiting.delete(jobId);
          yield { jobId, progress };
        }
        if (waiting.size === 0) await once(this.#news, 'news', { signal }).catch(() => undefined);
      }
    } finally {
      this.#news.off('news', take);
    }
  }
}
