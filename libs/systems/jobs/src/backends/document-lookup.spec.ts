import { describe, expect, it } from '@jest/globals';
import { DocumentLookup } from './document-lookup.ts';

function lookup(documents: number, mostBytes?: number, textLength = 90, suffix = '') {
  const reads = { count: 0 };
  const read = async function* () {
    reads.count++;
    for (let number = 0; number < documents; number++)
      yield {
        id: `Orders/${number}${suffix}`,
        document: { number, text: 'x'.repeat(textLength) },
        length: textLength + suffix.length + 30,
      };
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
    const { reads, numberOf } = lookup(500, 1_000);
    expect([await numberOf('orders/0'), await numberOf('orders/0')]).toEqual([0, 0]);
    expect(reads.count).toBe(1);
  });

  it('of an input that is too large to keep cost a reading only when they were not loaded lately', async () => {
    const { reads, numberOf } = lookup(500, 12_000);
    for (let again = 0; again < 20; again++)
      for (const number of [0, 250, 499]) expect(await numberOf(`orders/${number}`)).toBe(number);
    expect(reads.count).toBeLessThanOrEqual(4);
    for (let number = 0; number < 100; number++) expect(await numberOf(`orders/${number}`)).toBe(number);
  });

  it('together are all found, also where those that are read now take the place of those that were kept', async () => {
    const { find, numberOf } = lookup(500, 250);
    expect(await numberOf('orders/0')).toBe(0);
    const found = await find(['orders/1', 'orders/2', 'orders/0']);
    expect(found.map((text) => text === null)).toEqual([false, false, false]);
  });

  it('are not all kept where their ids take the memory, and not they themselves', async () => {
    const suffix = 'x'.repeat(500);
    const { reads, numberOf } = lookup(100, 20_000, 0, suffix);
    for (let number = 0; number < 100; number++)
      expect(await numberOf(`orders/${number}${suffix}`)).toBe(number);
    expect(reads.count).toBeGreaterThan(1);
  });
});
