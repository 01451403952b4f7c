import { ProblemError, type ProblemField } from '@nestjs-spark/contracts';
import { isListOf, isOneOf, isText } from '@nestjs-spark/foundation/internal';
import { unknownFields } from '@nestjs-spark/observability/internal';
import { readCursor, type EventCursor } from '../serve/event-cursor.ts';

const MOST_PIPELINES = 1_000;
const LONGEST_ID = 64;
export const TOPICS = ['status', 'events'] as const;

/** A reader's subscription. */
export interface Subscription {
  id: string;
  /** Null for all pipelines that it may read. */
  pipelines: ReadonlySet<string> | null;
  topics: ReadonlySet<(typeof TOPICS)[number]>;
  /** Events after this one; undefined for new events only. */
  after: EventCursor | undefined;
}

type Message = Readonly<Record<string, unknown>>;

/** @throws {ProblemError} `invalid` (400) with all faults */
export function readSubscription(message: Message): Subscription {
  const { type: _, id, pipelines = ['*'], topics = TOPICS, after, ...others } = message;
  const faults: ProblemField[] = [
    ...unknownFields(others, ['id', 'pipelines', 'topics', 'after']),
    ...wrongId(id),
    ...(isListOf(isText(256), MOST_PIPELINES)(pipelines)
      ? []
      : [{ pointer: '/pipelines', detail: `has to be ["*"] or a list of at most ${MOST_PIPELINES} ids` }]),
    ...(isListOf(isOneOf(...TOPICS), TOPICS.length)(topics)
      ? []
      : [{ pointer: '/topics', detail: `has to be a list of ${TOPICS.join(', ')}` }]),
    ...(after === undefined || readCursor(after)
      ? []
      : [{ pointer: '/after', detail: 'has to be the sequence of an event' }]),
  ];
  if (faults.length > 0) throw new ProblemError('invalid', 'This is not a subscription.', { errors: faults });
  const ids = new Set(pipelines as readonly string[]);
  return {
    id: id as string,
    pipelines: ids.has('*') ? null : ids,
    topics: new Set(topics as Subscription['topics']),
    after: readCursor(after) ?? undefined,
  };
}

/** @throws {ProblemError} `invalid` (400) */
export function readId({ id }: Message): string {
  const errors = wrongId(id);
  if (errors.length > 0) throw new ProblemError('invalid', 'The message has no id.', { errors });
  return id as string;
}

/** The id to repeat in problems; null if it is not valid. */
export const idOf = (message: Message | null): string | null =>
  message && wrongId(message['id']).length === 0 ? (message['id'] as string) : null;

const wrongId = (id: unknown): ProblemField[] =>
  isText(LONGEST_ID)(id)
    ? []
    : [{ pointer: '/id', detail: `has to be a string of at most ${LONGEST_ID} characters` }];
