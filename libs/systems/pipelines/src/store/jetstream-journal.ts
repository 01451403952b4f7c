import { VersionConflictError } from '@nestjs-spark/contracts';
import {
  isNullOr,
  isObject,
  isObjectOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import { SubjectLog, type JetStreamConnection, type LoggedMessage } from '@nestjs-spark/jetstream/internal';
import type { EventType, PipelineEvent } from '../aggregate/events.ts';
import { FencedError } from '../connect/ports.ts';
import type { EventJournal, JournalEntry, PipelineKey } from './ports.ts';
import { logAt, PLACE, type JetStreamPlace } from './place.ts';
import { appendPastOthers } from './append-past-others.ts';
import { decode, encode, subjectOf } from './subjects.ts';

const isEnvelope: Guard<object> = isObjectOf({
  type: isText(64),
  v: isWhole,
  tenant: isText(256),
  pipelineId: isText(63),
  at: isText(40),
  by: isText(256),
  commandId: isNullOr(isText(256)),
  fingerprint: isText(64),
  epoch: isWhole,
  data: isObject,
});
const DATA: { readonly [T in EventType]: Guard<object> } = {
  PipelineCreated: isObjectOf({ definition: isObject }),
  PipelineUpdated: isObjectOf({ definition: isObject }),
  PipelineStarted: isObject,
  PipelinePaused: isObject,
  PipelineStopped: isObject,
  PipelineCompleted: isObject,
  PipelineFailed: isObjectOf({ reason: isText(Infinity) }),
  PipelineDeleted: isObject,
  CheckpointReset: isObjectOf({ position: isNullOr(isObject) }),
  OwnershipTaken: isObjectOf({ node: isText(256), shard: isWhole }),
};

/** The journal of a cluster: one message per event, in one stream. */
export class JetStreamJournal implements EventJournal {
  readonly #log: SubjectLog;

  constructor(connection: JetStreamConnection, place: JetStreamPlace = PLACE) {
    this.#log = new SubjectLog({ connection, ...logAt(place, 'events') });
  }

  async load(key: PipelineKey): Promise<JournalEntry[]> {
    const messages = await this.#log.read(subjectOf(key));
    return messages.flatMap(entryOf);
  }

  async append(key: PipelineKey, events: readonly PipelineEvent[], after: number): Promise<number> {
    const messages = events.map(encode);
    const isOurs = (message: LoggedMessage) => entryOf(message).length > 0;
    try {
      return await appendPastOthers(this.#log, subjectOf(key), { messages, after, isOurs });
    } catch (error) {
      if (error instanceof VersionConflictError)
        throw new FencedError(null, `${key.pipelineId} was changed by another process`);
      throw error;
    }
  }

  last(): Promise<number> {
    return this.#log.lastSequence();
  }

  origin(): Promise<string> {
    return this.#log.origin();
  }

  async *follow(
    after: number,
    signal: AbortSignal,
    onSkipped?: (position: number) => void,
  ): AsyncGenerator<JournalEntry> {
    for await (const message of this.#log.follow(after, signal)) {
      const entries = entryOf(message);
      if (entries.length === 0) onSkipped?.(message.sequence);
      yield* entries;
    }
  }
}

/** Empty if it is not an event of the pipeline named by its subject: every process skips it alike. */
function entryOf({ subject, sequence, payload }: LoggedMessage): JournalEntry[] {
  const value = decode(payload);
  if (!isEnvelope(value) || !isEvent(value)) return [];
  const event = value;
  return subjectOf(event) === subject ? [{ position: sequence, event }] : [];
}

function isEvent(value: { type?: unknown; data?: unknown }): value is PipelineEvent {
  const { type, data } = value;
  return typeof type === 'string' && Object.hasOwn(DATA, type) && DATA[type as EventType](data);
}
