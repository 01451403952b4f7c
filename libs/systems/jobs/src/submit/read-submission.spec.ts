import { describe, expect, it } from '@jest/globals';
import { readSubmission } from './read-submission.ts';

const TRANSFORMATION = { kind: 'handler', handler: 'count' };

function read(more: object, key?: string) {
  return readSubmission(JSON.stringify({ name: 'count', transformation: TRANSFORMATION, ...more }), key);
}

describe('A submission', () => {
  it('counts an option that is null as left out', async () => {
    const { body } = await read({ idempotencyKey: null, runAt: null, labels: null });
    expect([body.idempotencyKey, body.runAt, body.labels]).toEqual([undefined, undefined, undefined]);
  });

  it.each(['2026-W10', '2026-123', '20261126', '2026-11-26T10'])(
    'is refused with a time that is no instant: %s',
    async (runAt) => {
      await expect(read({ runAt })).rejects.toMatchObject({ errors: [{ pointer: '/runAt' }] });
    },
  );

  it.each(['', 'k'.repeat(257)])(
    'is refused with a key in the header that the body could not have',
    async (key) => {
      await expect(read({}, key)).rejects.toMatchObject({ errors: [{ pointer: '/idempotencyKey' }] });
    },
  );

  it('has the key of the header', async () => {
    expect((await read({}, 'once')).body.idempotencyKey).toBe('once');
  });
});
