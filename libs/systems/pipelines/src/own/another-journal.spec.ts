import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger, MemoryState } from '@nestjs-spark/testing';
import type { PipelineEvent } from '../aggregate/events.ts';
import { Connections } from '../connect/connections.ts';
import { FilesFolder } from '../connect/file/files-folder.ts';
import { EmbeddedShards, LocalRouter } from '../shard/embedded-shards.ts';
import { openEmbeddedStore } from '../store/embedded-store.ts';
import { MemoryBoard } from '../store/memory-board.ts';
import type { EventJournal, JournalEntry, PipelineKey, PipelineStore } from '../store/ports.ts';
import { StateJournal } from '../store/state-journal.ts';
import { PipelinesNode } from './pipelines-node.ts';

const KEY = { tenant: 'default', pipelineId: 'few' };
const DEFINITION = {
  pipelineId: 'few',
  name: 'Few',
  source: { type: 'generate', count: 3 },
  sink: { type: 'log' },
} as const;

/** A journal in whose place another one can be put. */
class Journal implements EventJournal {
  #journal = new StateJournal(new MemoryState());
  #replaced = new AbortController();
  #number = 1;

  async replaceBy(events: readonly PipelineEvent[]): Promise<void> {
    const journal = new StateJournal(new MemoryState());
    await journal.append(KEY, events, 0);
    this.#journal = journal;
    this.#number++;
    this.#replaced.abort();
    this.#replaced = new AbortController();
  }

  origin = async (): Promise<string> => String(this.#number);
  last = (): Promise<number> => this.#journal.last();
  load = (key: PipelineKey): Promise<JournalEntry[]> => this.#journal.load(key);
  append = (key: PipelineKey, events: readonly PipelineEvent[], after: number): Promise<number> =>
    this.#journal.append(key, events, after);

  async *follow(after: number, signal: AbortSignal): AsyncGenerator<JournalEntry> {
    const replaced = this.#replaced.signal;
    yield* this.#journal.follow(after, AbortSignal.any([signal, replaced]));
    if (replaced.aborted) throw new UnavailableError('interrupted');
  }
}

describe('A node whose journal is created again, or restored', () => {
  let folder: string;
  let journal: Journal;
  let store: PipelineStore;
  let node: PipelinesNode;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-journal-'));
    mkdirSync(join(folder, 'files'));
    journal = new Journal();
    store = openEmbeddedStore(folder);
    node = new PipelinesNode({
      store: { mode: 'cluster', journal, lanes: store.lanes, letters: store.letters, close: async () => {} },
      shards: new EmbeddedShards(new MemoryState(), 'one'),
      router: new LocalRouter(),
      board: new MemoryBoard(),
      around: {
        files: new FilesFolder(join(folder, 'files')),
        connections: new Connections([]),
        print: () => undefined,
        warn: () => undefined,
      },
      log: new MemoryLogger(),
    });
    await node.start();
  });
  afterEach(async () => {
    await node.close();
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const create = () =>
    node.submit(KEY, { type: 'create', definition: DEFINITION }, { by: 'ada', commandId: null });
  const start = () => node.submit(KEY, { type: 'start' }, { by: 'ada', commandId: null });
  const status = () => node.projection.get(KEY)?.state.status;

  it('creates again a pipeline that is not in it', async () => {
    await create();
    await journal.replaceBy([]);
    await eventually(() => node.projection.get(KEY) === null);
    expect(await create()).toMatchObject({ isNew: true });
    expect(status()).toBe('Configured');
  });

  it('resumes a pipeline that runs according to it', async () => {
    await create();
    await start();
    await eventually(() => status() === 'Completed');
    const entries = await journal.load(KEY);
    const ends = entries.findIndex(({ event }) => event.type === 'PipelineCompleted');
    await journal.replaceBy(entries.slice(0, ends).map(({ event }) => event));
    const types = async () => (await journal.load(KEY)).map(({ event }) => event.type);
    await eventually(async () => expect(await types()).toContain('PipelineCompleted'));
    await eventually(() => status() === 'Completed');
  });
});
