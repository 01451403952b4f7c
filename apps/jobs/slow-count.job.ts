import { setTimeout as wait } from 'node:timers/promises';
import { TransformationJob, type JobContext, type JobHandler } from '@nestjs-spark/jobs';

/** How far to count, and how fast. */
interface Count {
  to: number;
  everyMs: number;
}

/** A job for trying out progress and cancellation: it counts, and reports how far it has come. */
@TransformationJob({ name: 'slow-count', version: 1 })
export class SlowCount implements JobHandler<Count, { counted: number }> {
  async run({ to, everyMs }: Count, { signal, progress }: JobContext): Promise<{ counted: number }> {
    for (let done = 1; done <= to; done++) {
      await wait(everyMs, undefined, { signal });
      progress({ done, total: to });
    }
    return { counted: to };
  }
}
