import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_TOTALS } from '../../batch/batch.ts';
import { FIRST_CLAIM } from '../../fixtures/first-claim.ts';
import { FencedError, RunFailedError, type Claim } from '../ports.ts';
import { FileSink } from './file-sink.ts';
import { FilesFolder } from './files-folder.ts';

const SECOND: Claim = { ...FIRST_CLAIM, generation: 2, incarnation: 'second' };
const OF_ANOTHER_JOURNAL: Claim = { ...FIRST_CLAIM, incarnation: 'another' };
const REFUSED =
  /out has 1 file under the names of this generation's batches that it did not write, such as 1-0-0000000001/;

describe('A file sink', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'spark-file-sink-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const told: string[] = [];
  beforeEach(() => void told.splice(0));

  async function open(claim: Claim, overwrite = false) {
    const warn = (text: string): void => void told.push(text);
    const sink = new FileSink(new FilesFolder(folder), 'out', { overwrite, warn });
    await sink.open(claim);
    return (n: number, id: number): Promise<void> => {
      const { generation, lane, epoch } = claim;
      const checkpoint = { generation, n, position: {}, totals: NO_TOTALS };
      const records = [{ fields: { id }, partition: 'p', offset: n }];
      return sink.write({ generation, lane, epoch, n, records, checkpoint });
    };
  }
  const files = () =>
    readdirSync(join(folder, 'out'))
      .filter((name) => !name.startsWith('.'))
      .toSorted();
  const ids = () => files().map((name) => JSON.parse(readFileSync(join(folder, 'out', name), 'utf8')).id);
  const empty = () => files().forEach((name) => rmSync(join(folder, 'out', name)));

  it('goes on with the files of its own generation', async () => {
    await (
      await open(FIRST_CLAIM)
    )(1, 1);
    await (
      await open({ ...FIRST_CLAIM, lastBatch: 1 })
    )(2, 2);
    await (
      await open({ ...FIRST_CLAIM, lane: 1 })
    )(1, 3);
    await open({ ...FIRST_CLAIM, lastBatch: 2 });
    expect(ids()).toEqual([1, 2, 3]);
  });

  it('keeps the files of an earlier generation, and says so once', async () => {
    await (
      await open(FIRST_CLAIM)
    )(1, 1);
    const write = await open(SECOND);
    await write(1, 7);
    await open({ ...SECOND, lastBatch: 1 });
    expect(ids()).toEqual([1, 7]);
    expect(told).toEqual([
      expect.stringMatching(/out also has 1 file of earlier readings, such as 1-0-0000000001/),
    ]);
  });

  it.each([
    ['another journal, which have the same names', OF_ANOTHER_JOURNAL],
    ['the time after a backup of the journal', FIRST_CLAIM],
  ])('fails while its folder has files of %s, and begins once they are moved', async (_of, claim) => {
    await (
      await open(FIRST_CLAIM)
    )(1, 1);
    await expect(open(claim)).rejects.toThrow(RunFailedError);
    await expect(open(claim)).rejects.toThrow(REFUSED);
    await expect(open(claim)).rejects.toThrow('overwrite: true');
    expect(ids()).toEqual([1]);
    empty();
    await (
      await open(claim)
    )(1, 7);
    expect(ids()).toEqual([7]);
  });

  it.each([
    ['an earlier generation', SECOND],
    ['another journal', OF_ANOTHER_JOURNAL],
    ['the time after a backup of the journal', FIRST_CLAIM],
  ])('removes the files of %s where it may overwrite, and nothing else', async (_of, claim) => {
    await (
      await open(FIRST_CLAIM)
    )(1, 1);
    for (const name of ['notes.txt', '1-0-2.ndjson', '2026-01-01.csv'])
      writeFileSync(join(folder, 'out', name), '{"id":0}');
    await (
      await open(claim, true)
    )(1, 7);
    expect(ids()).toEqual(claim.generation === 2 ? [0, 7, 0, 0] : [7, 0, 0, 0]);
  });

  it('leaves files alone whose names no sink gives, and folders', async () => {
    const others = ['01-00-0000000001.ndjson', '1-0-00000000001.ndjson', '2026-01-1764365000.csv'];
    mkdirSync(join(folder, 'out', '2-0-0000000009.csv'), { recursive: true });
    for (const name of others) writeFileSync(join(folder, 'out', name), '');
    await (
      await open(FIRST_CLAIM, true)
    )(1, 1);
    expect(files()).toEqual([...others, '1-0-0000000001.ndjson', '2-0-0000000009.csv'].toSorted());
    expect(told).toEqual([]);
  });

  it('removes nothing before it writes: the source may not be there', async () => {
    await (
      await open(FIRST_CLAIM)
    )(1, 1);
    const write = await open(SECOND, true);
    expect(ids()).toEqual([1]);
    await write(1, 7);
    expect([ids(), told]).toEqual([[7], ['1 file of other generations removed from out']]);
  });

  it('removes nothing of a later generation that has begun meanwhile', async () => {
    await (
      await open(FIRST_CLAIM)
    )(1, 1);
    const stale = await open(SECOND, true);
    await (
      await open({ ...SECOND, generation: 3, incarnation: 'third' }, true)
    )(1, 3);
    await expect(stale(1, 2)).rejects.toThrow(FencedError);
    expect(ids()).toEqual([3]);
  });

  it('removes nothing that another lane of its generation has written meanwhile', async () => {
    await (
      await open({ ...FIRST_CLAIM, lane: 1 })
    )(1, 1);
    const records = await open(OF_ANOTHER_JOURNAL, true);
    const replayed = await open({ ...OF_ANOTHER_JOURNAL, lane: 1 }, true);
    await replayed(1, 7);
    await records(1, 8);
    expect(ids()).toEqual([8, 7]);
  });

  it('keeps earlier files where an operator has set the position, also where it may overwrite', async () => {
    await (
      await open(FIRST_CLAIM)
    )(1, 1);
    await (
      await open({ ...SECOND, continues: true }, true)
    )(1, 2);
    expect([ids(), told]).toEqual([[1, 2], []]);
    const again = { ...OF_ANOTHER_JOURNAL, generation: 2, continues: true };
    await expect(open(again, true)).rejects.toThrow('such as 2-0-0000000001');
    await expect(open(again, true)).rejects.not.toThrow('overwrite');
  });

  it('goes on in a folder without a mark, as an earlier version has left it, unless it has written nothing yet', async () => {
    await (
      await open(FIRST_CLAIM)
    )(1, 1);
    rmSync(join(folder, 'out', '.spark-generation'));
    await expect(open(OF_ANOTHER_JOURNAL)).rejects.toThrow(REFUSED);
    await open({ ...OF_ANOTHER_JOURNAL, lastBatch: 1 });
    expect(ids()).toEqual([1]);
  });

  it('writes no more once a later generation has the folder', async () => {
    const stale = await open(FIRST_CLAIM);
    const write = await open(SECOND);
    await expect(stale(1, 1)).rejects.toThrow(FencedError);
    await write(1, 2);
    expect(ids()).toEqual([2]);
  });
});
