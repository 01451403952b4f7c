import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChangePage, FeedQuery, SourceDocument } from '@nestjs-spark/contracts/internal';
import { MemorySource } from '@nestjs-spark/testing';
import { plainScripts } from '../../testing/plain-scripts.ts';
import type { CaptureTask } from '../task/tasks.ts';
import { Expectations } from './expectations.ts';
import type { ExpectedPage } from './expected.ts';

const MIB = 1024 * 1024;
const key = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
const task: CaptureTask = {
  key,
  collection: 'Cars',
  script: 'v1',
  fingerprint: 'v1',
  generation: 1,
  loadable: [],
};

class CountedSource extends MemorySource {
  /** Bytes that were looked up for one answer. */
  bytes = 0;
  /** The etags from which pages were read. */
  readonly pages: number[] = [];

  override async read(query: FeedQuery): Promise<ChangePage> {
    this.pages.push(query.from);
    return super.read(query);
  }

  override async load(ids: string[]): Promise<(SourceDocument | null)[]> {
    const found = await super.load(ids);
    for (const document of found) this.bytes += document?.json.byteLength ?? 0;
    return found;
  }
}

it('What is looked up for one answer is bounded in bytes, and every document is answered for in the end', async () => {
  const source = new CountedSource();
  const ids = Array.from({ length: 60 }, (_, n) => `cars/${n}`);
  for (const [n, id] of ids.entries()) source.put(id, { N: n, Notes: 'n'.repeat(n % 3 === 0 ? MIB : 10) });
  source.put('cars/huge', { Notes: 'n'.repeat(20 * MIB) });
  const expectations = new Expectations({
    source,
    scripts: plainScripts,
    directory: { read: async () => task },
  });
  let left = [...ids, 'cars/none', 'cars/huge'];
  let answers = 0;
  while (left.length > 0) {
    source.bytes = 0;
    const answer = await expectations.documents(key, left, new AbortController().signal);
    const answered = new Set(answer?.documents.map(({ id }) => id));
    expect(answered.size).toBeGreaterThan(0);
    // The last step may hold one that is larger than all before.
    expect(source.bytes).toBeLessThan((answered.has('cars/huge') ? 30 : 10) * MIB);
    expect(answer?.documents.find(({ id }) => id === 'cars/none')?.copies ?? []).toEqual([]);
    left = left.filter((id) => !answered.has(id));
    answers++;
  }
  expect(answers).toBeGreaterThan(1);
});

describe('The page after the requested one', () => {
  const DOCUMENTS = 5_000;
  const { signal } = new AbortController();
  let source: CountedSource;
  let agreed: CaptureTask | null;
  let expectations: Expectations;

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance'] });
    source = new CountedSource();
    for (let n = 0; n < DOCUMENTS; n++) source.put(`cars/${n}`, { N: n });
    agreed = task;
    const directory = { read: async () => agreed };
    expectations = new Expectations({ source, scripts: plainScripts, directory });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const pageFrom = async (from: number): Promise<ExpectedPage> => {
    const page = await expectations.page(key, from, 'content', signal);
    if (!page) throw new Error('there is no such task');
    return page;
  };

  it('is prepared meanwhile: each document is read once, and all are answered', async () => {
    const answered: string[] = [];
    for (let from = 1, drained = false; !drained;) {
      const page = await pageFrom(from);
      answered.push(...page.documents.map(({ id }) => id));
      if (!page.drained) expect(source.pages.at(-1)).toBe(page.to + 1);
      ({ drained } = page);
      from = page.to + 1;
    }
    expect(answered).toHaveLength(DOCUMENTS);
    expect(new Set(answered).size).toBe(DOCUMENTS);
    expect(new Set(source.pages).size).toBe(source.pages.length);
  });

  it('is not returned for another script or after the task was withdrawn', async () => {
    const { to } = await pageFrom(1);
    agreed = { ...task, script: 'v2', fingerprint: 'v2' };
    expect(await pageFrom(to + 1)).toMatchObject({ script: 'v2' });
    agreed = null;
    expect(await expectations.page(key, to * 2 + 1, 'content', signal)).toBeNull();
  });

  it('is read again when it was not requested in time', async () => {
    const { to, before } = await pageFrom(1);
    source.put(`cars/${DOCUMENTS - 1}`, { N: 'changed' });
    jest.advanceTimersByTime(5_000);
    expect((await pageFrom(to + 1)).before).toBeGreaterThan(before);
  });
});
