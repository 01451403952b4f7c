import { describeError, type Logger } from '@nestjs-spark/foundation';
import type { Job } from '../job/job.ts';
import { viewOf, type JobView } from '../serve/view.ts';
import type { JobListenerDeclaration } from './decorators.ts';

interface Listener extends JobListenerDeclaration {
  call(job: JobView): unknown;
}

/** The methods with `@OnJobEvent()`. A failure is logged and affects neither the job nor the other methods. */
export class JobListeners {
  readonly #listeners: Listener[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(listener: Listener): void {
    this.#listeners.push(listener);
  }

  tell(job: Job): void {
    for (const listener of this.#listeners) {
      const { status, name = job.name, label } = listener;
      if (status !== job.status || name !== job.name) continue;
      if (label === undefined || job.labels.includes(label)) void this.#call(listener, job);
    }
  }

  async #call(listener: Listener, job: Job): Promise<void> {
    try {
      await listener.call(viewOf({ job, revision: 0 }));
    } catch (error) {
      this.#log.warn(`A listener for job ${job.jobId} (${job.status}) failed: ${describeError(error)}`);
    }
  }
}
