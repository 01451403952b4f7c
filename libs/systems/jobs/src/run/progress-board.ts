import { EventEmitter, once } from 'node:events';
import type { JobProgress } from '../job/job.ts';

/** How far a running job has come. */
export interface JobProgressNote {
  jobId: string;
  progress: JobProgress;
}

/** How far the jobs of this process have come. Progress is not stored: it is of interest while a job runs. */
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

  /** Each note as it comes; of those that come while the reader is busy, the last of each job. */
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
