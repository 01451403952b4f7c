import { VersionConflictError } from '@nestjs-spark/contracts';
import { isNullOr, isObject, isObjectOf, isWhole } from '@nestjs-spark/foundation/internal';
import { SubjectLog, type JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import { FencedError } from '../connect/ports.ts';
import type { KeptLane, LaneLog, LaneState, PipelineKey } from './ports.ts';
import { logAt, PLACE, type JetStreamPlace } from './place.ts';
import { decode, encode, subjectOf } from './subjects.ts';

const isLane = isObjectOf({
  generation: isWhole,
  epoch: isWhole,
  startsAt: isObject,
  planned: isNullOr(isObject),
  processed: isNullOr(isObject),
});

/** Lanes of a cluster: the last message of a lane says how far it is. */
export class JetStreamLanes implements LaneLog {
  readonly #log: SubjectLog;

  constructor(connection: JetStreamConnection, place: JetStreamPlace = PLACE) {
    this.#log = new SubjectLog({ connection, ...logAt(place, 'batches') });
  }

  async read(key: PipelineKey, lane: number): Promise<KeptLane> {
    const last = await this.#log.last(`${subjectOf(key)}.${lane}`);
    const value = last && decode(last.payload);
    const state = isLane(value) ? (value as unknown as LaneState) : null;
    return { state, version: last && String(last.sequence) };
  }

  async write(key: PipelineKey, lane: number, state: LaneState, before: KeptLane): Promise<KeptLane> {
    const isDone = state.processed !== null && state.processed.n === state.planned?.n;
    const message = { type: isDone ? 'BatchProcessed' : 'BatchPlanned', ...key, lane, ...state };
    try {
      const after = Number(before.version ?? 0);
      const sequence = await this.#log.append(`${subjectOf(key)}.${lane}`, [encode(message)], after);
      return { state, version: String(sequence) };
    } catch (error) {
      if (error instanceof VersionConflictError) throw new FencedError(null);
      throw error;
    }
  }
}
