import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { Connections } from '../connect/connections.ts';
import { FilesFolder } from '../connect/file/files-folder.ts';
import { openEmbeddedStore } from '../store/embedded-store.ts';
import { LeftLetters } from '../store/left-letters.ts';
import { Letters } from '../store/letters.ts';
import type { EventJournal, PipelineStore } from '../store/ports.ts';
import { Scripts } from '../transform/script-step.ts';
import { OwnedPipeline } from './owned-pipeline.ts';

const key = { tenant: 'default', pipelineId: 'few' };
const definition = {
  pipelineId: 'few',
  name: 'Few',
  source: { type: 'generate', count: 3 },
  sink: { type: 'log' },
} as const;

describe('a pipeline in the process that owns it', () => {
  let folder: string;
  let store: PipelineStore;
  const scripts = new Scripts();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-owned-'));
    mkdirSync(join(folder, 'files'));
    store = openEmbeddedStore(folder);
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const open = (
    journal: EventJournal,
    onFenced: (epoch: number | null) => void = () => undefined,
    epoch = 1,
  ) =>
    OwnedPipeline.open({
      key,
      node: 'one',
      holder: 'one',
      shard: 0,
      epoch,
      store: { ...store, mode: store.mode, journal, lanes: store.lanes, letters: store.letters },
      around: {
        files: new FilesFolder(join(folder, 'files')),
        connections: new Connections([]),
        print: () => undefined,
        warn: () => undefined,
      },
      scripts,
      log: new MemoryLogger(),
      onReport: () => undefined,
      status: () => null,
      onFenced,
    });
  const context = { by: 'ada', commandId: null, at: '2026-01-01T00:00:00.000Z' };

  it('is created again under the id of one that an earlier process deleted', async () => {
    const before = await open(store.journal);
    await before.perform({ type: 'create', definition }, context);
    await before.perform({ type: 'delete', force: true }, context);
    await before.close();
    const pipeline = await open(store.journal, undefined, 2);
    await expect(pipeline.perform({ type: 'start' }, context)).rejects.toThrow('There is no such pipeline');
    const created = await pipeline.perform({ type: 'create', definition }, context);
    expect(created).toMatchObject({ isNew: true, state: { status: 'Configured', epoch: 2 } });
    await pipeline.close();
  });

  it('has no letters left after it is deleted, and removes the note that some may be left', async () => {
    const left = new LeftLetters(store.letters, 0);
    const pipeline = await open(store.journal);
    await pipeline.perform({ type: 'create', definition }, context);
    const letters = new Letters(store.letters, key);
    await letters.keep([
      {
        letterId: '1-a-0',
        generation: 1,
        partition: 'a',
        offset: 0,
        step: 'source',
        reason: '',
        record: '{',
        at: '',
      },
    ]);
    const hasLetters = async () => (await letters.count()) > 0;
    expect(await left.list([{ key, position: 1 }], 'journal', hasLetters)).toEqual([key]);
    await pipeline.perform({ type: 'delete', force: true }, context);
    await eventually(async () => expect(await left.list([], 'journal', hasLetters)).toEqual([]));
    expect(await letters.count()).toBe(0);
    await pipeline.close();
  });

  it('has its end recorded when the journal can be written again', async () => {
    let failures = 2;
    const { journal } = store;
    const pipeline = await open({
      load: (one) => journal.load(one),
      origin: () => journal.origin(),
      last: () => journal.last(),
      follow: (after, signal) => journal.follow(after, signal),
      append: async (one, events, after) => {
        if (events.some(({ type }) => type === 'PipelineCompleted') && failures-- > 0)
          throw new Error('NATS is away');
        return journal.append(one, events, after);
      },
    });
    await pipeline.perform({ type: 'create', definition }, context);
    await pipeline.perform({ type: 'start' }, context);
    await eventually(() => pipeline.state.status === 'Completed');
    expect(failures).toBe(-1);
    expect(pipeline.report.phase).toBe('none');
    await pipeline.close();
  });

  it('says which epoch it has to be above where its journal knows a later one', async () => {
    const first = await open(store.journal);
    await first.perform({ type: 'create', definition }, context);
    await first.close();
    const [created] = await store.journal.load(key);
    const position = created?.position ?? 0;
    const taken = { ...created?.event, type: 'OwnershipTaken', epoch: 9, data: { node: 'b', shard: 0 } };
    await store.journal.append(key, [taken as never], position);
    const told: (number | null)[] = [];
    await expect(open(store.journal, (epoch) => told.push(epoch))).rejects.toThrow();
    expect(told).toEqual([9]);
  });
});
