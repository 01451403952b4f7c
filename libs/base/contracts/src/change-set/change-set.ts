import type { IdRule } from '../names/id-rules.ts';
import type { TaskKey } from '../names/task-key.ts';
import type { ExtraCommand } from './extras.ts';
import type { Witness } from './witness.ts';

/** A place in one database's order of changes: a safe integer that grows with every write, with gaps. */
export type Etag = number;

/** One operation on one document at the target. Extras follow the put of the same id, if there is one. */
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
 * Only `generation`, `incarnation`, `databaseId`, `from` and `to` decide whether it is applied, never its place in the log.
 */
export interface ChangeSet {
  task: TaskKey;
  /** Starts at 1 and grows when the task is read from the beginning again. */
  generation: number;
  /**
   * Drawn when the generation began. Generation numbers repeat after the owner has lost all its records (its log and the
   * requester's confirmations); sets with the same number and a different incarnation belong to a different reading of the
   * source.
   */
  incarnation: string;
  /** The source database's own id. A different one means restored or different data, where these etags mean nothing. */
  databaseId: string;
  /** How the owner's store compares ids, which decides whose document a command refers to. Absent: `UNNAMED_RULE`. */
  ids?: IdRule;
  /** First and last etag covered. Every change in between is in this set or does not concern the requester. */
  from: Etag;
  to: Etag;
  /** `LastDatabaseEtag` when the generation began. Documents deleted before it were never part of this generation. */
  began: Etag;
  /** True once the feed was drained in this generation: the copy is complete. Repeated in every later set. */
  live: boolean;
  /** The source's witness when this was read. A database that does not remember it has been restored. */
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
