import type { Guard } from '@nestjs-spark/foundation/internal';

/** Ordered, durable logs. Several share a stream, with one subject each. */
export interface ChangeLog {
  /** Creates a stream, or updates its settings. Called by the writer. */
  provision(stream: LogStream): Promise<void>;
  /** Opens a log, without any I/O or check. */
  open(place: LogPlace): TaskLog;
}

/** A stream for logs that share limits and a reader. */
export interface LogStream {
  name: string;
  /** The subjects of its logs, ending in `.>`. */
  subjects: string;
  /** Its content, in words for operators. Also distinguishes two streams that were given the same name. */
  description: string;
}

/** The place of one log: equal places are the same log. */
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
  /** The first message of this task at or after this sequence, or null. */
  first(sequence: number): Promise<LogMessage | null>;
  /**
   * Appends after the task's message `afterSequence` (0: the task has none).
   * @returns the new sequence
   * @throws {LogConflictError} when another message is last, because there is or was another writer: read the tail and decide
   *   again
   * @throws {LogFullError} when the log is at its limits: wait for a confirmation
   * @throws {UnavailableError} when it is unknown whether the message was stored
   */
  append(message: LogPayload, afterSequence: number): Promise<number>;
  /**
   * Creates a bundle for the contents of the message that will follow `afterSequence`. Contents stay until that message is
   * trimmed; those of a message that was never stored are removed by the next trim.
   */
  contents(afterSequence: number): ContentBundle;
  /** Streams a content by the name that `ContentBundle.store` returned; null when it is gone. */
  openContent(name: string): Promise<AsyncIterable<Uint8Array> | null>;
  /**
   * The task's messages from `sequence` on, then new ones as they come, in order, until aborted. Throws `UnavailableError` when
   * the connection breaks.
   */
  read(sequence: number, signal: AbortSignal): AsyncIterable<LogMessage>;
  /** Removes the task's messages below `sequence`; the last message always stays. */
  trim(sequence: number): Promise<void>;
}

/** The contents of one message that are too big to be part of it. */
export interface ContentBundle {
  /** Value of {@link CONTENTS_HEADER} for the message that refers to them. */
  readonly name: string;
  /**
   * Stores one content, chunk by chunk.
   * @returns its name, for `openContent`
   */
  store(content: AsyncIterable<Uint8Array>): Promise<string>;
}

/** Header of a message that has contents stored beside it. */
export const CONTENTS_HEADER = 'Spark-Contents';

/** Header with the sequence that a message was meant to follow. A message found anywhere else was replayed by someone. */
export const FOLLOWS_HEADER = 'Spark-Follows';

export interface LogPayload {
  headers: Record<string, string>;
  payload: Uint8Array;
}

export interface LogMessage {
  headers: Record<string, string>;
  /** Null: it was stored beside the message and is gone, or it exceeds the size of any message of ours. */
  payload: Uint8Array | null;
  sequence: number;
}

export interface LogDescription {
  /** When the stream was created. With a different value, sequences from before are meaningless. */
  created: string;
  /** Sequence of the stream's last message, across all tasks. */
  lastSequence: number;
}

/**
 * Last-value subjects on which requesters and owners report their state to each other. Anyone with access to the bus can write
 * there: a value that its guard refuses is logged and ignored.
 */
export interface ControlBoard {
  publish<T extends object>(subject: string, value: T): Promise<void>;
  /** @param fits checks the form of the value */
  last<T extends object>(subject: string, fits: Guard<T>): Promise<T | null>;
  /**
   * The last value of each matching subject, then each new one, until aborted; with `new`, only future values. Reconnects
   * automatically.
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
   * Waits until this instance holds the lease, then runs `work` while it does, and aborts `work`'s signal when the lease is lost
   * or `signal` aborts. Acquires it again after a loss. A lease avoids duplicate work; correctness must never depend on it.
   * @param trouble called with the reason while the lease can be neither acquired nor renewed because nothing answers, and with
   *   null once that is over: the lease is held and renewed, or held by another live instance
   */
  whileHeld(
    name: string,
    signal: AbortSignal,
    work: (held: AbortSignal) => Promise<void>,
    trouble?: (because: string | null) => void,
  ): Promise<void>;
}

/** Another message is last in the task's log than the writer expected: a fence, not a failure. */
export class LogConflictError extends Error {
  constructor(subject: string, options?: ErrorOptions) {
    super(`${subject}: someone else has written to this task's log`, options);
    this.name = 'LogConflictError';
  }
}

/** The task's log is at its limit until the requester confirms. */
export class LogFullError extends Error {
  constructor(subject: string, options?: ErrorOptions) {
    super(`${subject}: the log is full until its reader confirms`, options);
    this.name = 'LogFullError';
  }
}
