import type { Etag, TaskState } from '@nestjs-spark/contracts';
import { messageOf, type Checkpoint } from '@nestjs-spark/contracts/internal';
import type { ApplyReport } from '../task/reports.ts';
import type { ApplyTask } from '../task/tasks.ts';
import type { Counted } from '../set-aside/set-aside.ts';
import { whyIncomplete } from './readiness.ts';

/** What the requester's side of a task has to say about itself. */
export class ApplyProgress {
  active = false;
  checkpoint: Checkpoint | null = null;
  /** What has to be applied before the copy counts as caught up after a start. */
  target: Etag | null = null;
  resyncsRequested = 0;
  #task: ApplyTask;
  readonly #setAside: Counted;
  #source: Etag = 0;
  #caughtUp = false;
  #trouble: TaskState | null = null;
  #errors = 0;
  #lastError: string | null = null;
  /** Why the task's lease cannot be had or kept: whatever else is known is from before. */
  #leaseTrouble: string | null = null;

  constructor(task: ApplyTask, setAside: Counted) {
    this.#task = task;
    this.#setAside = setAside;
  }

  declared(task: ApplyTask): void {
    this.#task = task;
  }

  applied(checkpoint: Checkpoint): void {
    this.checkpoint = checkpoint;
    this.sourceAt(checkpoint.to);
    this.#trouble = null;
    this.#lastError = null;
  }

  sourceAt(etag: Etag): void {
    this.#source = Math.max(this.#source, etag);
  }

  /** A generation may begin because the source is another database, or an older one: then older etags say nothing. */
  sourceReplaced(etag: Etag): void {
    this.#source = etag;
    this.target = null;
  }

  /** Everything is here but for what the source is known to have had at the start. */
  get catchingUp(): boolean {
    if (!this.checkpoint?.live || this.#caughtUp) return false;
    return this.target === null || this.checkpoint.to < this.target;
  }

  withoutLease(because: string | null): void {
    if (because !== null && this.#leaseTrouble === null) this.#errors++;
    this.#leaseTrouble = because;
  }

  /** Target and log have answered: what was away is there again. What they refuse is not forgotten by that. */
  reading(): void {
    if (this.#trouble !== 'Waiting') return;
    this.#trouble = null;
    this.#lastError = null;
  }

  waiting(because: string): void {
    this.#trouble = 'Waiting';
    this.#lastError = because;
  }

  failed(error: unknown, mayPass: boolean): void {
    this.#errors++;
    this.#trouble = mayPass ? 'Waiting' : 'Faulted';
    this.#lastError = messageOf(error);
  }

  report(now: number): ApplyReport {
    const checkpoint = this.checkpoint;
    const incompleteBecause = this.#incomplete();
    const applied = checkpoint?.to ?? 0;
    return {
      task: this.#task.task,
      collection: this.#task.collection,
      state: this.#leaseTrouble === null ? (this.#trouble ?? this.#state()) : 'Waiting',
      generation: checkpoint?.generation ?? 0,
      appliedEtag: applied,
      sourceEtag: Math.max(this.#source, applied),
      complete: incompleteBecause === null,
      incompleteBecause,
      behindMs: checkpoint && (applied >= this.#source ? 0 : Math.max(0, now - checkpoint.readAt)),
      setsApplied: checkpoint?.setsApplied ?? 0,
      documentsPut: checkpoint?.documentsPut ?? 0,
      documentsDeleted: checkpoint?.documentsDeleted ?? 0,
      resyncsRequested: this.resyncsRequested,
      setAside: this.#setAside.count,
      errors: this.#errors,
      lastError: this.#leaseTrouble ?? this.#lastError,
      active: this.active,
    };
  }

  /** Having caught up once after a start is enough: from then on lag is told apart from readiness. */
  #incomplete(): string | null {
    const target = this.#caughtUp ? 0 : this.target;
    const because = whyIncomplete({
      checkpoint: this.checkpoint,
      fingerprint: this.#task.fingerprint,
      target,
    });
    if (because === null) this.#caughtUp = true;
    return because;
  }

  #state(): TaskState {
    if (this.checkpoint === null) return 'Starting';
    return this.checkpoint.live ? 'Streaming' : 'Snapshotting';
  }
}
