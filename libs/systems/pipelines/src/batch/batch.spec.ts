import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchId, type BatchKey } from './batch.ts';

const names = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/);
const keys: fc.Arbitrary<BatchKey> = fc.record({
  tenant: names,
  pipelineId: names,
  generation: fc.nat(),
  lane: fc.nat(),
  n: fc.nat(),
});

describe("a batch's id", () => {
  it('says what the batch is', () => {
    expect(batchId({ tenant: 'default', pipelineId: 'adults', generation: 2, lane: 0, n: 7 })).toBe(
      'default/adults/2/0/7',
    );
  });

  it('is the same for the same batch, and another one for every other', () => {
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        const isSame = JSON.stringify(one) === JSON.stringify(other);
        expect(batchId({ ...one })).toBe(batchId(one));
        expect(batchId(one) === batchId(other)).toBe(isSame);
      }),
    );
  });
});
