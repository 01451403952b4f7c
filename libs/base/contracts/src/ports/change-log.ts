import type { Guard } from '@nestjs-spark/foundation/internal';

/** Ordered, durable logs, several of them in one stream, with a subject each. */
export interface ChangeLog {
  /** Makes a stream, or brings it to its settings. The writer's work. */
  provision(stream: LogStream): Promise<void>;
  /** One log. Opening costs nothing and promises nothing. */
  open(place: LogPlace): TaskLog;
}

/** A stream for logs that share a bound and are read at one place. */
export interface LogStream {
  name: string;
  /** The subjects of its logs; ends in `.>`. */
  subjects: string;
  /** What is in it, for people. It also distinguishes two streams that were given one name. */
  description: string;
}

/** Where one log stands: equal places are the same log. */
export interface LogPlace {
  /** `LogStream.name` of the stream that holds it. */
  stream: string;
  /** Its own subject, one of the stream's. */
  subject: string;
}

export interface TaskLog {
  /** The stream as it is now, or null when there is none. */
  describe(): Promise<LogDescription | null>;
  /** The last message of this task, or null. */
  tail(): Promise<LogMessage | null>;
  /** The first message of this task with this sequence or a later one, or null. */
  first(sequence: number): Promise<LogMessage | null>;
  /**
   * Appends after the task's message `afterSequence` (0: the task has none).
   * @returns the new sequence
   * @throws {LogConflictError} when another message is last: someone else writes, or wrote; read the tail and decide again
   * @throws {LogFullError} when the log is at its bounds; wait until something was confirmed
   * @throws {UnavailableError} when it is not known whether the message was stored
   */
  append(message: LogPayload, afterSequence: number): Promise<number>;
  /**
   * Room for contents that belong to the message that is to follow `afterSequence`. They stay until that message is
   * trimmed; those of a message that was never stored go with the next trim.
   */
  contents(afterSequence: number): ContentBundle;
  /** A content that `ContentBundle.store` named, as it comes; null when it is gone. */
  openContent(name: string): Promise<AsyncIterable<Uint8Array> | null>;
  /** The task's messages from `sequence` on, then those to come, in order, until aborted. Throws `UnavailableError` when it breaks. */
  read(sequence: number, signal: AbortSignal): AsyncIterable<LogMessage>;
  /** Removes the task's messages below `sequence`; the last one always stays. */
  trim(sequence: number): Promise<void>;
}

/** Contents too big for a message, of one message. */
export interface ContentBundle {
  /** Value of {@link CONTENTS_HEADER} for the message that needs them. */
  readonly name: string;
  /**
   * Stores one content, a part at a time.
   * @returns its name, for `openContent`
   */
  store(content: AsyncIterable<Uint8Array>): Promise<string>;
}

/** Header of a message that has contents beside it. */
export const CONTENTS_HEADER = 'Spark-Contents';

/** Header with the sequence that a message was to follow: one that stands anywhere else was repeated by somebody. */
export const FOLLOWS_HEADER = 'Spark-Follows';

export interface LogPayload {
  headers: Record<string, string>;
  payload: Uint8Array;
}

export interface LogMessage {
  headers: Record<string, string>;
  /** Null: it was stored beside the message and is gone, or is larger than any message of ours. */
  payload: Uint8Array | null;
  sequence: number;
}

export interface LogDescription {
  /** When the stream was made; another value means that sequences say nothing about the older one. */
  created: string;
  /** Sequence of the stream's last message, over all tasks. */
  lastSequence: number;
}

/**
 * Last-value subjects on which requesters and owners report their state to each other. Anyone with access to the bus can write
 * anything there: a value that its guard refuses is logged and ignored.
 */
export interface ControlBoard {
  publish<T extends object>(subject: string, value: T): Promise<void>;
  /** @param fits the form that the value has to have */
  last<T extends object>(subject: string, fits: Guard<T>): Promise<T | null>;
  /**
   * The last value of each matching subject, then each new one, until aborted; with `new` only what comes from now on.
   * Reconnects automatically.
   */
  watch<T extends object>(
    subjects: string | string[],
    fits: Guard<T>,
    signal: AbortSignal,
    from?: 'last' | 'new',
  ): AsyncIterable<{ subject: string; value: T }>;
}

export interface LeaseKeeper {
  /**
   * Waits until this instance holds the lease, runs `work` while it does, and aborts `work`'s signal when the lease is lost
   * or `signal` aborts. Holds again after a loss. A lease saves double work; it never is what correctness rests on.
   * @param trouble called with the reason while the lease can be neither had nor kept because nothing answers, and with null
   *   once it is well again: held and renewed, or held by another instance that lives
   */
  whileHeld(
    name: string,
    signal: AbortSignal,
    work: (held: AbortSignal) => Promise<void>,
    trouble?: (because: string | null) => void,
  ): Promise<void>;
}

/** Another message is last in the task's log than the writer thought: a fence, not a fault. */
export class LogConflictError extends Error {
  constructor(subject: string, options?: ErrorOptions) {
    super(`${subject}: someone else has written to this task's log`, options);
    this.name = 'LogConflictError';
  }
}

/** The task's log holds as much as it may until the requester confirms. */
export class LogFullError extends Error {
  constructor(subject: string, options?: ErrorOptions) {
    super(`${subject}: the log is full until its reader confirms`, options);
    this.name = 'LogFullError';
  }
}
