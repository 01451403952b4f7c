import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { FetchedPartition, FetchRequest } from '@nestjs-spark/kafka/internal';
import { FetchAhead } from './fetch-ahead.ts';

const MIB = 1024 * 1024;
const LIMITS = { maxRecords: 1_000, maxBytes: 4 * MIB, maxWaitMs: 1_000 };
/** More requests than this count as unlimited. */
const MOST_ASKED = 100;

/** A topic of two partitions that never ends. An answer has room for only one of them: the first one requested. */
class Endless {
  readonly asked: number[] = [];
  readonly #perAnswer: number;
  readonly #bytes: number;

  constructor({ perAnswer = 1_000, bytes = 10 }) {
    this.#perAnswer = perAnswer;
    this.#bytes = bytes;
  }

  async fetch({ offsets }: FetchRequest): Promise<FetchedPartition[]> {
    const [[partition, from] = [0, 0]] = [...offsets];
    this.asked.push(partition);
    if (this.asked.length > MOST_ASKED) return new Promise(() => undefined);
    const value = Buffer.alloc(this.#bytes);
    const messages = Array.from({ length: this.#perAnswer }, (_, at) => ({
      offset: from + at,
      timestamp: 0,
      key: null,
      value,
      headers: [],
    }));
    const next = from + this.#perAnswer;
    return [{ partition, next, end: next + 1, messages, heldBytes: MIB, batches: [] }];
  }
}

const start = new Map([
  [0, 0],
  [1, 0],
]);
const { signal } = new AbortController();

function ahead(topic: Endless, first?: ReadonlyMap<number, number>): FetchAhead {
  return new FetchAhead(topic, 'endless', { id: 'id', leaders: [1, 1] }, start, first);
}

describe('What is fetched ahead of a sink that takes nothing', () => {
  it.each([
    { of: 'large messages', topic: new Endless({ perAnswer: 1, bytes: MIB }), answers: 16 },
    {
      of: 'small messages in answers that otherwise contain aborted ones or large headers',
      topic: new Endless({ perAnswer: 2, bytes: 1 }),
      answers: 16,
    },
    { of: 'many messages', topic: new Endless({ perAnswer: 5_000, bytes: 1 }), answers: 8 },
  ])('is at most 16 MiB and 40,000 messages: $of', async ({ topic, answers }) => {
    const fetched = ahead(topic);
    await turn();
    expect(topic.asked).toHaveLength(answers);
    // A request for more than is held is answered at once with that.
    const { messages } = await fetched.take({ ...LIMITS, maxRecords: 100_000, maxBytes: 64 * MIB }, signal);
    expect(messages.length).toBeGreaterThan(0);
    await turn();
    expect(topic.asked.length).toBeGreaterThan(answers);
    fetched.stop();
  });

  it('is requested from each partition in turn', async () => {
    const topic = new Endless({});
    const fetched = ahead(topic);
    await turn();
    fetched.stop();
    expect(topic.asked.slice(0, 4)).toEqual([0, 1, 0, 1]);
  });
});

describe('A batch that is read again', () => {
  it('is read to its end, however much has arrived for one of its partitions meanwhile', async () => {
    const topic = new Endless({ perAnswer: 10 });
    const end = new Map([
      [0, 25],
      [1, 5],
    ]);
    const fetched = ahead(topic, end);
    const messages = await fetched.takeUntil(end, signal);
    expect(messages.map(([partition, { offset }]) => `${partition}/${offset}`)).toEqual([
      ...Array.from({ length: 25 }, (_, offset) => `0/${offset}`),
      ...Array.from({ length: 5 }, (_, offset) => `1/${offset}`),
    ]);
    expect(topic.asked.slice(0, 4)).toEqual([0, 0, 0, 1]);
    fetched.stop();
  });
});

describe('A planned batch that is being read', () => {
  it('is given up when its source is closed', async () => {
    const silent = { fetch: () => new Promise<never>(() => undefined) };
    const fetched = new FetchAhead(silent, 'silent', { id: 'id', leaders: [1, 1] }, start, new Map([[0, 5]]));
    const read = fetched.takeUntil(new Map([[0, 5]]), signal);
    fetched.stop();
    await expect(read).rejects.toThrow('closed');
  });
});
