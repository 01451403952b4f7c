import { VersionConflictError } from '@nestjs-spark/contracts';
import { isNullOr, isObject, isObjectOf, isOneOf, isText, isWhole } from '@nestjs-spark/foundation/internal';
import { SubjectLog, type JetStreamConnection, type LoggedMessage } from '@nestjs-spark/jetstream/internal';
import type { BatchEvent } from '../aggregate/events.ts';
import { batchEventOf } from './batch-event.ts';
import { FencedError } from '../connect/ports.ts';
import type { BatchEntry, KeptLane, LaneLog, LaneState, PipelineKey } from './ports.ts';
import { logAt, PLACE, type JetStreamPlace } from './place.ts';
import { appendPastOthers } from './append-past-others.ts';
import { decode, encode, subjectOf } from './subjects.ts';

const isLane = isObjectOf(
  {
    generation: isWhole,
    epoch: isWhole,
    startsAt: isObject,
    planned: isNullOr(isObject),
    processed: isNullOr(isObject),
  },
  { incarnation: isText(64) },
);

const isEvent = isObjectOf({
  type: isOneOf('BatchPlanned', 'BatchProcessed'),
  v: isWhole,
  tenant: isText(256),
  pipelineId: isText(63),
  at: isText(40),
  by: isText(256),
  epoch: isWhole,
  data: isObjectOf({ batch: isText(512), generation: isWhole, lane: isWhole, n: isWhole, to: isObject }),
});

/** The lanes of a cluster: the last message of a lane holds its state, and most messages are batch events. */
export class JetStreamLanes implements LaneLog {
  readonly #log: SubjectLog;

  constructor(connection: JetStreamConnection, place: JetStreamPlace = PLACE) {
    this.#log = new SubjectLog({ connection, ...logAt(place, 'batches') });
  }

  async read(key: PipelineKey, lane: number): Promise<KeptLane> {
    const subject = `${subjectOf(key)}.${lane}`;
    const last = await this.#log.last(subject);
    const found = last && (stateOf(last) ? last : (await this.#log.read(subject)).findLast(stateOf));
    return { state: found ? stateOf(found) : null, version: found ? String(found.sequence) : null };
  }

  async write(key: PipelineKey, lane: number, state: LaneState, before: KeptLane): Promise<KeptLane> {
    const event = batchEventOf(key, lane, state, before.state);
    try {
      const after = Number(before.version ?? 0);
      // A write that only takes the lane repeats the last event, for readers that start with the last message of each lane.
      const repeated = event ? null : batchEventOf(key, lane, state, null);
      const message = encode({ ...(event ?? repeated), ...(repeated && { repeated: true }), state });
      const isOurs = (one: LoggedMessage) => stateOf(one) !== null;
      const appended = { messages: [message], after, isOurs };
      const sequence = await appendPastOthers(this.#log, `${subjectOf(key)}.${lane}`, appended);
      return { state, version: String(sequence) };
    } catch (error) {
      if (error instanceof VersionConflictError) throw new FencedError(null);
      throw error;
    }
  }

  lastBatch(): Promise<number> {
    return this.#log.lastSequence();
  }

  async batches(key: PipelineKey, after: number): Promise<BatchEntry[]> {
    return (await this.#log.read(`${subjectOf(key)}.*`, after)).flatMap((message) => entryOf(message, false));
  }

  async *follow(
    from: number | 'last-of-each',
    signal: AbortSignal,
    key?: PipelineKey,
  ): AsyncGenerator<BatchEntry> {
    const start = from === 'last-of-each' ? 'last-per-subject' : from;
    const before = from === 'last-of-each' ? await this.lastBatch() : 0;
    const subject = key && `${subjectOf(key)}.*`;
    for await (const message of this.#log.follow(start, signal, subject))
      yield* entryOf(message, message.sequence <= before);
  }
}

/** The lane's state after a message; null if none of its owners wrote it. */
function stateOf({ payload }: LoggedMessage): LaneState | null {
  const value = decode(payload);
  const state = isObject(value) ? value['state'] : null;
  return isLane(state) ? (state as unknown as LaneState) : null;
}

/** None for what says nothing of a batch, or has the subject of another pipeline. */
function entryOf({ subject, sequence, payload }: LoggedMessage, withRepeated: boolean): BatchEntry[] {
  const value = decode(payload);
  if (!isEvent(value) || ('repeated' in value && !withRepeated)) return [];
  const { type, v, tenant, pipelineId, at, by, epoch, data } = value;
  if (`${subjectOf(value)}.${data.lane}` !== subject) return [];
  const event = {
    type,
    v,
    tenant,
    pipelineId,
    at,
    by,
    commandId: null,
    epoch,
    data,
  } as unknown as BatchEvent;
  return [{ position: sequence, event }];
}
