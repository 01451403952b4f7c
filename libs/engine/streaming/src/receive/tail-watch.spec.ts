import { describe, expect, it } from '@jest/globals';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import type { LogEnd } from './set-reader.ts';
import { TailWatch } from './tail-watch.ts';

const checkpoint = checkpointOf(TASK, { generation: 2, to: 50 });

/** A log that ends with a set of this generation, which goes up to this etag. */
async function logEndingWith(generation: number, to: number) {
  const { incarnation, databaseId, witness, script } = checkpoint;
  const set = { generation, incarnation, databaseId, witness, script, from: to, to, began: 0, live: false };
  const header = { task: TASK, resync: null, readAt: 0, ...set };
  return { tail: async (): Promise<LogEnd> => ({ header }) };
}

describe('a look at the end of the log while nothing comes out', () => {
  it('finds nothing while all of it is applied', async () => {
    const watch = new TailWatch(await logEndingWith(2, 50));
    for (let looks = 0; looks < 3; looks++) expect(await watch.look(() => checkpoint)).toBeNull();
  });

  it('finds news after the place that is read, when it is there twice in a row', async () => {
    const watch = new TailWatch(await logEndingWith(2, 51));
    expect(await watch.look(() => checkpoint)).toBeNull();
    expect(await watch.look(() => checkpoint)).toEqual({ kind: 'misplaced' });
  });

  it('finds a log that was restored, to be told to the owner', async () => {
    const watch = new TailWatch(await logEndingWith(1, 80));
    await watch.look(() => checkpoint);
    expect(await watch.look(() => checkpoint)).toMatchObject({
      kind: 'past',
      header: { generation: 1, to: 80 },
    });
  });

  it('finds nothing while sets come out', async () => {
    const watch = new TailWatch(await logEndingWith(2, 51));
    for (let looks = 0; looks < 3; looks++) {
      expect(await watch.look(() => checkpoint)).toBeNull();
      watch.received();
    }
  });

  it('finds nothing when a set comes out during the second look', async () => {
    const log = await logEndingWith(2, 51);
    const watch = new TailWatch({ tail: () => log.tail().finally(() => looks++ > 0 && watch.received()) });
    let looks = 0;
    await watch.look(() => checkpoint);
    expect(await watch.look(() => checkpoint)).toBeNull();
  });

  it('finds nothing when the log does not answer', async () => {
    const watch = new TailWatch({ tail: () => Promise.reject(new Error('away')) });
    for (let looks = 0; looks < 3; looks++) expect(await watch.look(() => checkpoint)).toBeNull();
  });
});
