import { expect, it } from '@jest/globals';
import type { SourceDocument } from '@nestjs-spark/contracts/internal';
import { MemorySource } from '@nestjs-spark/testing';
import { plainScripts } from '../../testing/plain-scripts.ts';
import type { CaptureTask } from '../task/tasks.ts';
import { Expectations } from './expectations.ts';

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
