import {
  COMMANDS_STREAM,
  COMMANDS_SUBJECTS,
  CONTROL_STREAM,
  CONTROL_SUBJECTS,
  DEAD_LETTERS_STREAM,
  DEAD_LETTERS_SUBJECTS,
  type LogStream,
} from '@nestjs-spark/contracts/internal';
import { DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { StreamSettings, WantedStream } from './plan-stream.ts';

const LAST_VALUE: Omit<StreamSettings, 'name' | 'subjects' | 'description'> = {
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  discard: DiscardPolicy.Old,
  discard_new_per_subject: false,
  max_msgs_per_subject: 1,
  max_bytes: -1,
  // Override an administrator's limits, too: a value, a command or a set that nobody has read yet must not be removed by age or number.
  max_msgs: -1,
  max_age: 0,
  allow_direct: true,
  allow_msg_ttl: false,
};

/** A newer command replaces the older one on its subject. Events have a subject each, and expire. */
export const COMMANDS: StreamSettings = {
  ...LAST_VALUE,
  name: COMMANDS_STREAM,
  description: 'Spark: commands (the last of each subject) and events',
  subjects: [COMMANDS_SUBJECTS],
  allow_msg_ttl: true,
};

/** One message per letter: its subject is its id. */
export const DEAD_LETTERS: StreamSettings = {
  ...LAST_VALUE,
  name: DEAD_LETTERS_STREAM,
  description: 'Spark: messages whose handler failed for good',
  subjects: [DEAD_LETTERS_SUBJECTS],
};

export const CONTROL: StreamSettings = {
  ...LAST_VALUE,
  name: CONTROL_STREAM,
  description: 'Spark: where requesters and owners say how far they are',
  subjects: [CONTROL_SUBJECTS],
};

/** How much of a stream of logs may wait for its reader. */
export interface LogLimits {
  /** Change sets per log. Default 1,024; a full log holds back only its own writer. */
  maxMessagesPerTask?: number;
  /**
   * All logs of a stream together, in bytes, which JetStream reserves. Default 64 MiB. If JetStream has less room left, a stream
   * takes half, a quarter and so on, down to {@link LEAST_ROUTE_BYTES}.
   */
  maxBytes?: number;
}

export const DEFAULT_ROUTE_BYTES = 64 * 1024 ** 2;
/** A few change sets of every log have to fit. */
export const LEAST_ROUTE_BYTES = 8 * 1024 ** 2;

/** Such a stream refuses what exceeds its limits, which holds back the writer; it never drops anything unconfirmed. */
export function logSettings(
  { name, subjects, description }: LogStream,
  limits: LogLimits = {},
): WantedStream {
  const maxBytes = limits.maxBytes ?? DEFAULT_ROUTE_BYTES;
  return {
    ...LAST_VALUE,
    name,
    description,
    subjects: [subjects],
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    max_msgs_per_subject: limits.maxMessagesPerTask ?? 1024,
    max_bytes: maxBytes,
    leastBytes: Math.min(maxBytes, LEAST_ROUTE_BYTES),
  };
}

/** A log with several writers that everyone reads: it keeps everything, and refuses what exceeds its limit. */
export function sharedLogSettings(stream: LogStream, maxBytes: number): WantedStream {
  return { ...logSettings(stream, { maxBytes, maxMessagesPerTask: -1 }), discard_new_per_subject: false };
}

const NANOS_PER_MS = 1_000_000;

/**
 * Every subject is a log of its own, with a maximum number of messages (-1: unlimited) and age. Some messages are written
 * atomically.
 */
export function subjectLogSettings(
  { name, subjects, description }: LogStream,
  keep: number,
  keepMs?: number,
): StreamSettings {
  return {
    ...LAST_VALUE,
    name,
    description,
    subjects: [subjects],
    max_msgs_per_subject: keep,
    ...(keepMs !== undefined && { max_age: keepMs * NANOS_PER_MS }),
    allow_atomic: true,
  };
}

/** Records, each made of several messages below one subject: some are scheduled or expire, some are written atomically. */
export function recordSettings({ name, subjects, description }: LogStream): StreamSettings {
  return {
    ...LAST_VALUE,
    name,
    description,
    subjects: [subjects],
    max_msgs_per_subject: -1,
    allow_msg_ttl: true,
    allow_msg_schedules: true,
    allow_atomic: true,
  };
}
