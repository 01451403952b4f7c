import { afterEach, describe, expect, it } from '@jest/globals';
import { decodeHeader, type ChangePage, type FeedQuery } from '@nestjs-spark/contracts/internal';
import { MemoryControl, MemoryLog } from '../../testing/memory-log.ts';
import { MemorySource, MemoryState } from '../../testing/memory-source.ts';
import { plainScripts } from '../../testing/plain-scripts.ts';
import { TASK } from '../../testing/simulation.ts';
import { TaskCapture } from './task-capture.ts';

const NEVER = 3_600_000;
const SILENT = { debug: () => {}, log: () => {}, warn: () => {}, error: () => {} };
const PACE = { witnessMs: 0, trimMs: 2, fullLogMs: 3, confirmMs: 1, noLogMs: 2, backoffMs: 1 };

/** Ends a page with its last document: deletes after it come with the next one. */
class DeletesLast extends MemorySource {
  override async read(query: FeedQuery): Promise<ChangePage> {
    const page = await super.read(query);
    const last = page.changes.findLast(({ kind }) => kind === 'put')?.etag;
    if (last === undefined) return page;
    return { ...page, to: last, lastEtag: last, changes: page.changes.filter(({ etag }) => etag <= last) };
  }
}

describe('a word of how far the source is', () => {
  const stopped = new AbortController();
  let running: Promise<void> = Promise.resolve();
  afterEach(async () => {
    stopped.abort();
    await running;
  });

  it('comes for the etag that it was asked for, although a page ends before it', async () => {
    const [source, log] = [new DeletesLast(), new MemoryLog(8)];
    const task = {
      task: TASK,
      collection: 'Cars',
      script: 'v1',
      fingerprint: 'v1',
      generation: 1,
      loadable: [],
    };
    const capture = new TaskCapture(task, {
      feed: source,
      log,
      provision: async () => {},
      control: new MemoryControl(),
      directory: { read: async () => task },
      scripts: plainScripts,
      state: new MemoryState(),
      report: SILENT,
      pace: { ...PACE, idleMs: NEVER, watermarkMs: NEVER },
    });
    const published = async (etag: number) => {
      const end = Date.now() + 60_000;
      for (;;) {
        const last = await log.tail();
        if (last && decodeHeader(last.headers).to >= etag) return true;
        if (Date.now() > end) return false;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    };
    source.put('vans/1', {}, 'Vans');
    source.put('cars/1', {});
    running = capture.run(stopped.signal);
    expect(await published((await source.identify('')).lastEtag)).toBe(true);
    source.put('cars/2', {});
    source.delete('vans/1');
    const now = await source.identify('');
    capture.flush(now);
    expect(await published(now.lastEtag)).toBe(true);
  }, 120_000);
});
