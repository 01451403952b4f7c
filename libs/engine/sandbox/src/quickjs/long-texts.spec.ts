import { expect, it } from '@jest/globals';
import type { LongAnswers } from '../fixtures/long-answers-worker.ts';
import { BoundedWorker } from '../threads/bounded-worker.ts';

const MEBIBYTE = 1024 * 1024;

it('Long answers that nobody needs any more are freed before there are many of them', async () => {
  const worker = new BoundedWorker<LongAnswers, number>({
    file: new URL('../fixtures/long-answers-worker.ts', import.meta.url),
    limits: { memoryMiB: 64, itemTimeoutMs: 10_000 },
    transfers: () => [],
  });
  const one = await worker.run({ count: 1, characters: 4 * MEBIBYTE });
  const many = await worker.run({ count: 40, characters: 4 * MEBIBYTE });
  await worker.end();
  expect((many - one) / MEBIBYTE).toBeLessThan(32);
});
