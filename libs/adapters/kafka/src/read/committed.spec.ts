import { describe, expect, it } from '@jest/globals';
import { committedOnly } from './committed.ts';
import { LastCommitted } from './last-committed.ts';

const [TRANSACTIONAL, CONTROL] = [0b01_0000, 0b10_0000];

const record = (key: string, value: string) => ({
  length: 0,
  attributes: 0,
  timestampDelta: 0n,
  offsetDelta: 0,
  key: Buffer.from(key),
  value: Buffer.from(value),
  headers: [],
});
const batch = (offset: number, producer: number, value: string, attributes = TRANSACTIONAL) => ({
  firstOffset: BigInt(offset),
  lastOffsetDelta: 0,
  attributes,
  producerId: BigInt(producer),
  records: [record('key', value)],
});
function end(offset: number, producer: number, type: 'commit' | 'abort') {
  const key = Buffer.from([0, 0, 0, type === 'commit' ? 1 : 0]);
  const marker = { ...record('', ''), key };
  return { ...batch(offset, producer, '', TRANSACTIONAL | CONTROL), records: [marker] };
}
const aborted = (producer: number, offset: number) => ({
  producerId: BigInt(producer),
  firstOffset: BigInt(offset),
});
const valuesOf = (batches: readonly { records: { value: Buffer | null }[] }[]) =>
  batches.flatMap(({ records }) => records.map(({ value }) => String(value)));

describe('what is committed', () => {
  it('is what was written in no transaction, or in one that was committed', () => {
    const batches = [batch(0, -1, 'plain', 0), batch(1, 7, 'committed'), end(2, 7, 'commit')];
    expect(valuesOf(committedOnly(batches, []))).toEqual(['plain', 'committed']);
  });

  it('is only what a producer that aborted twice committed in between', () => {
    const batches = [
      batch(0, 7, 'first'),
      end(1, 7, 'abort'),
      batch(2, 7, 'kept'),
      end(3, 7, 'commit'),
      batch(4, 7, 'second'),
      end(5, 7, 'abort'),
    ];
    expect(valuesOf(committedOnly(batches, [aborted(7, 4), aborted(7, 0)]))).toEqual(['kept']);
  });

  it('is nothing of a transaction whose end is in a later answer', () => {
    expect(valuesOf(committedOnly([batch(0, 7, 'aborted'), batch(1, 8, 'kept')], [aborted(7, 0)]))).toEqual([
      'kept',
    ]);
  });

  it('is nothing of a transaction that began in an earlier answer', () => {
    const batches = [batch(10, 7, 'aborted'), end(11, 7, 'abort'), batch(12, 7, 'kept')];
    expect(valuesOf(committedOnly(batches, [aborted(7, 3)]))).toEqual(['kept']);
  });
});

describe('the last committed message of a key', () => {
  const lastOf = (...batches: ReturnType<typeof batch>[]) => {
    const found = new LastCommitted('key');
    for (const one of batches) found.add(one);
    return found.value === null ? null : String(found.value);
  };

  it('does not wait for the transactions of others, and is not one that was aborted', () => {
    expect(lastOf(batch(0, 9, 'open'), batch(1, 7, 'one'), end(2, 7, 'commit'))).toBe('one');
    expect(
      lastOf(
        batch(0, 7, 'one'),
        end(1, 7, 'commit'),
        batch(2, 8, 'two'),
        end(3, 8, 'abort'),
        batch(4, 8, 'three'),
      ),
    ).toBe('one');
  });

  it('is the last one of a transaction, and none where there is none', () => {
    expect(lastOf(batch(0, 7, 'one'), batch(1, 7, 'two'), end(2, 7, 'commit'))).toBe('two');
    expect(lastOf()).toBeNull();
  });
});
