import type { Etag, TaskKey } from '@nestjs-spark/contracts';
import type { Overwrite, ReadRule, WitnessRecord } from '@nestjs-spark/contracts/internal';

/** What the owner has agreed to send: one script on one of its collections. */
export interface CaptureTask {
  key: TaskKey;
  collection: string;
  script: string;
  /** Prepended to the id of each copy. */
  idPrefix?: string;
  /** `scriptFingerprint(collection, script)` */
  fingerprint: string;
  /** The lowest generation to use; grows with every changed script. */
  generation: number;
  /** The fields that the requester may read of the task's own documents; absent: all of them. */
  fields?: readonly string[];
  /** What the script's `load` may read. */
  loadable: readonly ReadRule[];
}

/**
 * Where the owner keeps what it has agreed to, as of now. Asked again after every disturbance, so that an instance that was
 * suspended during a deployment does not continue with an old script.
 */
export interface TaskDirectory {
  read(task: TaskKey): Promise<CaptureTask | null>;
}

/** A declared copy of a requester. */
export interface ApplyTask {
  key: TaskKey;
  collection: string;
  /** `scriptFingerprint` of the declared script: only copies made by it count as complete. */
  fingerprint: string;
  /** The collections that its copies may be in; absent: only its own. Null: its script names them at run time. */
  collections?: readonly string[] | null;
  /** Prefix of the id of each copy. */
  idPrefix?: string;
  /** What its copies may overwrite besides each other. */
  overwrite?: Overwrite;
  /** Until its first copy is complete it overwrites the module's own documents: another engine made them, without marks. */
  adoptsFirst?: boolean;
}

/** Asks the owner for its database's current position, which the owner then also sends through the log immediately. */
export interface SourceInquiry {
  /** @param signal cancels the question */
  ask(task: TaskKey, signal?: AbortSignal): Promise<SourceAnswer>;
  /** Has the owner process and send these documents again. */
  sendAgain(task: TaskKey, documents: readonly string[], signal?: AbortSignal): Promise<void>;
}

/**
 * The owner's answer. `unknown`: it does not carry this task (yet), so the sets in the log may be outdated. `away`: it cannot be
 * reached.
 */
export type SourceAnswer =
  | {
      sourceEtag: Etag;
      /** The owner's database; absent from owners of older versions. */
      databaseId?: string;
      /** What that database remembers of this task's reads; absent from owners of older versions. */
      witness?: WitnessRecord;
    }
  | 'unknown'
  | 'away';
