import type { Etag, TaskKey } from '@nestjs-spark/contracts';
import type { Overwrite, ReadRule, WitnessRecord } from '@nestjs-spark/contracts/internal';

/** What the owner has agreed to send: one script on one of its collections. */
export interface CaptureTask {
  key: TaskKey;
  collection: string;
  script: string;
  /** Put before the id of each copy. */
  idPrefix?: string;
  /** `scriptFingerprint(collection, script)` */
  fingerprint: string;
  /** The least generation to use; grows with every changed script. */
  generation: number;
  /** What the requester may read of the task's own documents: these fields; absent: all of them. */
  fields?: readonly string[];
  /** What the script's `load` may see. */
  loadable: readonly ReadRule[];
}

/**
 * Where the owner keeps what it has agreed to, as it stands now. Asked again after every disturbance, so that an instance
 * that slept through a deployment does not continue with an old script.
 */
export interface TaskDirectory {
  read(task: TaskKey): Promise<CaptureTask | null>;
}

/** What a requester wants to keep copies of. */
export interface ApplyTask {
  key: TaskKey;
  collection: string;
  /** `scriptFingerprint` of the declared script: only copies made by it count as complete. */
  fingerprint: string;
  /** The collections that its copies may be in; absent: its own one only. Null: its script names them while it runs. */
  collections?: readonly string[] | null;
  /** What the id of each copy begins with. */
  idPrefix?: string;
  /** What its copies may go over besides each other. */
  overwrite?: Overwrite;
  /** Until its first copy is whole it goes over the module's own documents: another engine made them, without marks. */
  adoptsFirst?: boolean;
}

/** Asks the owner how far its database is now; the owner then sends word of it through the log at once. */
export interface SourceInquiry {
  /** @param signal gives the question up */
  ask(task: TaskKey, signal?: AbortSignal): Promise<SourceAnswer>;
  /** Has the owner make and send these of its documents once more. */
  sendAgain(task: TaskKey, documents: readonly string[], signal?: AbortSignal): Promise<void>;
}

/**
 * What the owner says. `unknown`: it is there but does not carry this task (yet), so the sets in the log may be of another
 * time. `away`: it cannot be asked.
 */
export type SourceAnswer =
  | {
      sourceEtag: Etag;
      /** The owner's database; absent from an owner of an older version. */
      databaseId?: string;
      /** What that database remembers of what was read from it for this task; absent from an owner of an older version. */
      witness?: WitnessRecord;
    }
  | 'unknown'
  | 'away';
