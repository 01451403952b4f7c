import {
  COMMANDS_STREAM,
  COMMANDS_SUBJECTS,
  CONTROL_STREAM,
  CONTROL_SUBJECTS,
  DEAD_LETTERS_STREAM,
  DEAD_LETTERS_SUBJECTS,
  routeStream,
  routeSubjects,
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
  allow_direct: true,
  allow_msg_ttl: false,
};

/** A newer command takes the place of the older one on its subject. Events have a subject each, and expire. */
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

/** How much of a route may wait for its requester. */
export interface RouteLimits {
  /** Change sets per task. Default 1,024; a full task holds back only its own capture. */
  maxMessagesPerTask?: number;
  /**
   * All tasks together, in bytes, which JetStream reserves. Default 64 MiB. Where JetStream has less room left, a route
   * takes the half, a quarter and so on down to {@link LEAST_ROUTE_BYTES}.
   */
  maxBytes?: number;
}

export const DEFAULT_ROUTE_BYTES = 64 * 1024 ** 2;
/** Some change sets of every task have to fit. */
export const LEAST_ROUTE_BYTES = 8 * 1024 ** 2;

/** A route refuses what exceeds its bounds, which holds the capture back; it never drops what is not confirmed. */
export function routeSettings(owner: string, requester: string, limits: RouteLimits = {}): WantedStream {
  const maxBytes = limits.maxBytes ?? DEFAULT_ROUTE_BYTES;
  return {
    ...LAST_VALUE,
    name: routeStream(owner, requester),
    description: `Spark: changes from ${owner} to ${requester}`,
    subjects: [routeSubjects(owner, requester)],
    discard: DiscardPolicy.New,
    discard_new_per_subject: true,
    max_msgs_per_subject: limits.maxMessagesPerTask ?? 1024,
    max_bytes: maxBytes,
    leastBytes: Math.min(maxBytes, LEAST_ROUTE_BYTES),
  };
}
