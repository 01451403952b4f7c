import type { JobRun, RunHandle } from '../../../job/backend.ts';
import type { JobTransformation } from '../../../job/job.ts';
import { secretsOf } from '../../../job/secrets.ts';
import { MemoryRun } from '../../memory-run.ts';

/** A run of an application that this process submitted or found. */
export class AppRun extends MemoryRun implements RunHandle {
  readonly run: JobRun;
  readonly secrets: readonly string[];
  /** Settles once the driver is known. */
  submitted: Promise<void> = Promise.resolve();
  external?: { driverId: string };
  isCancelled = false;

  constructor(run: JobRun) {
    super(run.runId);
    this.run = run;
    this.secrets = secretsOf(applicationOf(run));
  }

  get name(): string {
    return appNameOf(this);
  }

  get driverId(): string {
    if (this.external) return this.external.driverId;
    throw new Error(`It is not known which driver run ${this.runId} has`);
  }
}

/** The name under which the master lists a run's application. */
export function appNameOf({ runId }: Pick<JobRun, 'runId'>): string {
  return `spark-job ${runId}`;
}

/** The application that a run submits. @throws {TypeError} for another kind of transformation */
export function applicationOf({ transformation }: JobRun): JobTransformation & { kind: 'spark-app' } {
  if (transformation.kind !== 'spark-app') throw new TypeError('not an application');
  return transformation;
}
