import { describe, expect, it } from '@jest/globals';
import { collect } from './collect.ts';
import type { ExecuteResponse } from './messages.ts';

const parts = (count: number, bytes: number): ExecuteResponse[] => [
  ...Array.from({ length: count }, () => ({ arrow_batch: { data: Buffer.alloc(bytes) } })),
  { result_complete: {} },
];

function execution(responses: ExecuteResponse[]) {
  const interrupted: string[] = [];
  const read = { count: 0 };
  const stream = async function* () {
    for (const response of responses) {
      read.count++;
      yield response;
    }
  };
  const client = {
    execute: stream,
    reattach: stream,
    interrupt: async (_: unknown, id: string) => void interrupted.push(id),
  };
  const session = { sessionId: 's', userId: 'u' };
  const { signal } = new AbortController();
  const collecting = collect(client, {
    session,
    operationId: 'o',
    plan: { root: {} },
    signal,
    mostBytes: 100,
  });
  return { collecting, interrupted, read };
}

describe('A result that is collected', () => {
  it('ends, and its operation too, as soon as it has more bytes than may be held', async () => {
    const { collecting, interrupted, read } = execution(parts(1_000, 30));
    await expect(collecting).rejects.toMatchObject({
      kind: 'too-large',
      message: expect.stringContaining('more than 100 bytes'),
    });
    expect([interrupted, read.count]).toEqual([['o'], 4]);
  });

  it('is whole up to that', async () => {
    const { collecting, interrupted } = execution(parts(10, 10));
    expect(await collecting).toHaveLength(10);
    expect(interrupted).toEqual([]);
  });
});
