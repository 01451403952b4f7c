import { describe, expect, it } from '@jest/globals';
import { DocumentLookup } from './document-lookup.ts';

function lookup(documents: number, mostBytes?: number) {
  const reads = { count: 0 };
  const read = async function* () {
    reads.count++;
    for (let number = 0; number < documents; number++)
      yield { id: `Orders/${number}`, document: { number, text: 'x'.repeat(90) }, length: 120 };
  };
  const found = new DocumentLookup(read, mostBytes);
  const numberOf = async (id: string): Promise<unknown> => {
    const [text] = await found.find([id]);
    return text ? (JSON.parse(Buffer.from(text).toString()) as { number: number }).number : null;
  };
  return { reads, numberOf, find: (ids: string[]) => found.find(ids) };
}

describe('Documents that a script loads', () => {
  it('are found whatever the case of their ids, and null where there is none', async () => {
    const { find, numberOf } = lookup(10);
    expect(await numberOf('orders/3')).toBe(3);
    expect(await numberOf('ORDERS/9')).toBe(9);
    expect((await find(['orders/1', 'orders/none'])).map((one) => one === null)).toEqual([false, true]);
  });

  it('cost one reading of the input, however often something is loaded', async () => {
    const { reads, numberOf } = lookup(500);
    for (let number = 0; number < 500; number++) expect(await numberOf(`orders/${number}`)).toBe(number);
    await numberOf('orders/none');
    expect(reads.count).toBe(1);
  });

  it('are kept when the reading that found them is the one that showed how large the input is', async () => {
    const { reads, numberOf } = lookup(500, 300);
    expect([await numberOf('orders/0'), await numberOf('orders/0')]).toEqual([0, 0]);
    expect(reads.count).toBe(1);
  });

  it('of an input that is too large to keep cost a reading only when they were not loaded lately', async () => {
    const { reads, numberOf } = lookup(500, 5_000);
    for (let again = 0; again < 20; again++)
      for (const number of [0, 250, 499]) expect(await numberOf(`orders/${number}`)).toBe(number);
    expect(reads.count).toBeLessThanOrEqual(4);
    for (let number = 0; number < 100; number++) expect(await numberOf(`orders/${number}`)).toBe(number);
  });
});
