import { describe, expect, it } from '@jest/globals';
import { pack, unpack } from './packed.ts';

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
});
