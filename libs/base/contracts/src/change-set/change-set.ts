import type { IdRule } from '../names/id-rules.ts';
import type { TaskKey } from '../names/task-key.ts';
import type { ExtraCommand } from './extras.ts';
import type { Witness } from './witness.ts';

/** A place in one database's order of changes: grows with every write, with gaps. A safe integer. */
export type Etag = number;

/** What is done to one document at the target. Extras come after the put of the same id, if there is one. */
export type ChangeCommand =
  | {
      type: 'put';
      id: string;
      /** The whole document as JSON text on one line, `@metadata` included. */ document: string;
    }
  | { type: 'delete'; id: string }
  | { type: 'delete-prefix'; prefix: string }
  | ExtraCommand;

/**
 * One message of a task's log: everything that the owner's changes in `from..to` mean for the requester.
 * Whether it is applied is decided by `generation`, `incarnation`, `databaseId`, `from` and `to` alone, never by its place in the log.
 */
export interface ChangeSet {
  task: TaskKey;
  /** Starts at 1 and grows when the task is read from the beginning again. */
  generation: number;
  /**
   * Drawn when the generation began. Numbers repeat where the owner lost all that it knew (its log, the requester's word);
   * sets of the same number and another incarnation belong to another reading of the source.
   */
  incarnation: string;
  /** The source database's own id: another one means restored or other data, whose etags say nothing here. */
  databaseId: string;
  /** How the owner's store tells ids apart, and so whose document a command means. Absent: `UNNAMED_RULE`. */
  ids?: IdRule;
  /** First and last etag covered; every change in between is in this set or concerns nobody. */
  from: Etag;
  to: Etag;
  /** LastDatabaseEtag when the generation began: documents deleted before it were never seen by it. */
  began: Etag;
  /** True once the feed was drained in this generation: the copy is complete. Rides in every later set. */
  live: boolean;
  /** What the source's witness document said when this was read; a database that does not remember it was restored. */
  witness: Witness;
  /** Fingerprint of the script that made the commands. */
  script: string;
  /** The last resync request that the owner has answered in this generation. */
  resync: string | null;
  /** The owner's clock when `to` was the newest etag read, in milliseconds since 1970. */
  readAt: number;
  commands: ChangeCommand[];
}

/** The header of a change set: everything except its commands. */
export type ChangeSetHeader = Omit<ChangeSet, 'commands'>;
