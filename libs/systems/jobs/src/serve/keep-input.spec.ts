import { describe, expect, it } from '@jest/globals';
import type { Submitter } from '../job/job.ts';
import { MemoryJobStore } from '../store/memory-job-store.ts';
import { onePart, readAll } from '../job/content.ts';
import { keepInput, MOST_LINE_BYTES } from './keep-input.ts';

const ann: Submitter = { kind: 'token', subject: 'ann', tenant: null };
const PART = Buffer.alloc(1024 * 1024, 'a');

/** A body without a line feed; `read` says how much of it was asked for. */
function endless() {
  const state = { read: 0 };
  const parts = (async function* () {
    for (; state.read < 2 * MOST_LINE_BYTES; state.read += PART.length) yield PART;
  })();
  return { state, parts };
}

describe('An input without line feeds', () => {
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });

  it('is refused as soon as its first line is too long', async () => {
    const { state, parts } = endless();
    await expect(
      keepInput(parts, ann, store, { count: () => undefined, end: () => undefined }),
    ).rejects.toMatchObject({
      status: 413,
    });
    expect(state.read).toBeLessThanOrEqual(MOST_LINE_BYTES);
  });

  it('counts against the quota as it comes', async () => {
    const { state, parts } = endless();
    let bytes = 0;
    const count = (more: number): void => {
      bytes += more;
      if (bytes > 3 * PART.length) throw new Error('quota');
    };
    await expect(keepInput(parts, ann, store, { count, end: () => undefined })).rejects.toThrow('quota');
    expect(state.read).toBeLessThanOrEqual(4 * PART.length);
  });
});

describe('An input with a byte order mark', () => {
  const quota = { count: () => undefined, end: () => undefined };
  const store = new MemoryJobStore({ limits: {}, retentionMs: 60_000 });
  const line = '{"id":"a","document":{}}\n';

  it('is kept without it', async () => {
    const { object } = await keepInput(onePart(Buffer.from(`\ufeff${line}`)), ann, store, quota);
    const kept = await store.openContent(object);
    expect(kept && (await readAll(kept)).toString()).toBe(line);
  });

  it('is refused where the mark is in the middle, which no run could read', async () => {
    const keeping = keepInput(onePart(Buffer.from(`${line}\ufeff${line}`)), ann, store, quota);
    await expect(keeping).rejects.toMatchObject({ status: 400, message: expect.stringMatching(/^Line 2:/) });
  });
});
