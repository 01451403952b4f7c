import { describe, expect, it } from '@jest/globals';
import { giveBack, giveBackUnpacked, pack, packAway, unpack } from './packed.ts';

const SIZES = [0, 1, 65_535, 65_536, 65_537, 1_000_000];

describe('packed bytes', () => {
  it.each(SIZES)('are unpacked unchanged: %d of them', async (size) => {
    const plain = Buffer.alloc(size, 'abc');
    expect(Buffer.from(await unpack(await pack(plain), size + 1))).toEqual(plain);
  });
  it.each(SIZES.slice(1))('are refused when there are more than expected: %d of them', async (size) => {
    const packed = await pack(Buffer.alloc(size, 'abc'));
    await expect(unpack(packed, size - 1)).rejects.toThrow();
  });
  it('are refused when they are not packed, or truncated', async () => {
    const packed = await pack(Buffer.alloc(100_000, 'abc'));
    await expect(unpack(Buffer.from('plain text'), 1_000)).rejects.toThrow();
    await expect(unpack(packed.subarray(0, -4), 100_000)).rejects.toThrow();
  });
  it.each(SIZES)('are the same when the original is given back: %d of them', async (size) => {
    const plain = Buffer.from('abc'.repeat(size).slice(0, size));
    const packed = await packAway(plain);
    expect(Buffer.from(await unpack(packed, size + 1)).toString()).toBe('abc'.repeat(size).slice(0, size));
  });
});

describe('bytes given back', () => {
  it('are freed at once', async () => {
    const plain = Buffer.alloc(1_000_000, 'abc');
    await packAway(plain);
    expect(plain).toHaveLength(0);
  });
  it.each([65_537, 1_000_000, 3_000_000])(
    'are freed although they were unpacked: %d of them',
    async (size) => {
      const plain = await unpack(await pack(Buffer.alloc(size, 'abc')), size + 1);
      giveBackUnpacked(plain);
      expect(plain).toHaveLength(0);
    },
  );
  it('are kept if they share their memory with others', () => {
    const all = new Uint8Array([1, 2, 3, 4]);
    giveBack(all.subarray(1, 3));
    expect(all).toHaveLength(4);
  });
});
