import { describe, expect, it } from '@jest/globals';
import { AskedDocuments } from './asked-documents.ts';

const MIB = 1024 * 1024;

/** Runs documents that ask for one id each; returns how many bytes each answer had. */
async function answersOf(count: number, bytes: number): Promise<number[]> {
  const answers: number[] = [];
  const text = new Uint8Array(bytes);
  const load = async (ids: string[]) => {
    answers.push(ids.length * bytes);
    return ids.map(() => text);
  };
  const asked = new AskedDocuments(load, undefined);
  let left = Array.from({ length: count }, (_, at) => at);
  for (const document of left) asked.ask(document, [`products/${document}`]);
  while (left.length > 0) {
    const ready = await asked.fetch(left);
    expect(ready.length).toBeGreaterThan(0);
    left = left.slice(ready.length);
  }
  return answers;
}

describe('Documents that scripts load', () => {
  it('are never more in one answer than may be in memory together', async () => {
    for (const bytes of [100_000, 200_000])
      expect(Math.max(...(await answersOf(1_000, bytes)))).toBeLessThanOrEqual(16 * MIB);
  });

  it('come in few answers where they are small', async () => {
    expect(await answersOf(1_000, 10)).toHaveLength(5);
  });
});
