import { GENERATED } from './place-of.ts';
import { setTimeout as pause } from 'node:timers/promises';
import type { Position } from '../batch/batch.ts';
import type { PlannedRange, Source, SourceRecord } from './ports.ts';

const PARTITION = GENERATED;
const SECOND_MS = 1000;

/** Generated records, to try a pipeline without a real source. */
export class GenerateSource implements Source {
  readonly #count: number;
  readonly #perSecond: number | undefined;

  constructor({ count = Infinity, perSecond }: { count?: number; perSecond?: number }) {
    this.#count = count;
    this.#perSecond = perSecond;
  }

  async begin(): Promise<Position> {
    return {};
  }

  async close(): Promise<void> {}

  async plan(
    from: Position,
    { maxRecords }: { maxRecords: number },
    signal: AbortSignal,
  ): Promise<PlannedRange> {
    const begin = from[PARTITION] ?? 0;
    const most = Math.min(maxRecords, this.#perSecond ?? maxRecords);
    const end = Math.min(this.#count, begin + most);
    if (this.#perSecond) await pause(((end - begin) * SECOND_MS) / this.#perSecond, undefined, { signal });
    return { to: { [PARTITION]: end }, isEnd: end >= this.#count };
  }

  async read(from: Position, to: Position): Promise<SourceRecord[]> {
    const [begin, end] = [from[PARTITION] ?? 0, to[PARTITION] ?? 0];
    return Array.from({ length: end - begin }, (_, at) => {
      const offset = begin + at;
      return {
        partition: PARTITION,
        offset,
        text: JSON.stringify({ id: offset + 1, even: offset % 2 === 1 }),
      };
    });
  }
}
