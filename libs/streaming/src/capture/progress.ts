import type { Etag, TaskKey, TaskState } from '@nestjs-spark/contracts';
import {
  messageOf,
  type ChangePage,
  type Confirmation,
  type DeleteCover,
} from '@nestjs-spark/contracts/internal';
import type { CaptureReport } from '../task/reports.ts';
import type { Counted } from '../set-aside/set-aside.ts';
import type { CapturePosition } from '../publish/position.ts';

/** What a capture has to say about itself. */
export class CaptureProgress {
  active = false;
  generation = 0;
  incarnation = '';
  published: Etag = 0;
  publishedAt = 0;
  documentsTotal = 0;
  confirmed: Confirmation | null = null;
  setAside: Counted = { count: 0 };
  readonly #task: TaskKey;
  readonly #collection: string;
  #state: TaskState = 'Starting';
  #source: Etag = 0;
  #live = false;
  #documentsRead = 0;
  #deletes: 'kept' | 'best-effort' = 'kept';
  #errors = 0;
  #lastError: string | null = null;
  /** Why the task's lease cannot be had or kept: whatever else is known is from before. */
  #leaseTrouble: string | null = null;

  constructor(task: TaskKey, collection: string) {
    this.#task = task;
    this.#collection = collection;
  }

  resumed(position: CapturePosition): void {
    if (position.incarnation !== this.incarnation) this.#documentsRead = 0;
    this.generation = position.generation;
    this.incarnation = position.incarnation;
    this.#moved(position);
  }

  carried(page: ChangePage, position: CapturePosition, deletes: DeleteCover): void {
    if (position.to !== this.published) this.publishedAt = Date.now();
    this.#documentsRead += page.changes.length;
    this.#source = Math.max(this.#source, page.to);
    this.#deletes = deletes === 'best-effort' ? 'best-effort' : 'kept';
    this.#lastError = null;
    this.#moved(position);
  }

  sourceAt(etag: Etag): void {
    this.#source = Math.max(this.#source, etag);
  }

  withoutLease(because: string | null): void {
    if (because !== null && this.#leaseTrouble === null) this.#errors++;
    this.#leaseTrouble = because;
  }

  waiting(because: string): void {
    this.#state = 'Waiting';
    this.#lastError = because;
  }

  failed(error: unknown, mayPass: boolean): void {
    this.#errors++;
    this.#lastError = messageOf(error);
    this.#state = mayPass ? 'Waiting' : 'Faulted';
  }

  report(): CaptureReport {
    return {
      task: this.#task,
      collection: this.#collection,
      state: this.#leaseTrouble === null ? this.#state : 'Waiting',
      generation: this.generation,
      publishedEtag: this.published,
      confirmedEtag: this.confirmed?.to ?? 0,
      sourceEtag: Math.max(this.#source, this.published),
      live: this.#live,
      documentsRead: this.#documentsRead,
      documentsTotal: this.documentsTotal,
      setAside: this.setAside.count,
      deletes: this.#deletes,
      errors: this.#errors,
      lastError: this.#leaseTrouble ?? this.#lastError,
      active: this.active,
    };
  }

  #moved(position: CapturePosition): void {
    this.published = position.to;
    this.#live = position.live;
    this.#state = position.live ? 'Streaming' : 'Snapshotting';
  }
}
