import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SqliteFile } from '@nestjs-spark/sqlite/internal';
import { MemoryState } from '@nestjs-spark/testing';
import type { Totals } from '../batch/batch.ts';
import { Connections } from '../connect/connections.ts';
import { FilesFolder } from '../connect/file/files-folder.ts';
import { toRecord } from '../connect/kafka/to-record.ts';
import type { SourceRecord } from '../connect/ports.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import { Letters } from '../store/letters.ts';
import { StateLanes } from '../store/state-lanes.ts';
import { compileTransforms } from '../transform/compile-transforms.ts';
import { Scripts } from '../transform/script-step.ts';
import { ErrorBudget } from './error-budget.ts';
import { makeBatch } from './make-batch.ts';
import { replayLetters } from './replay-letters.ts';
import { runLane } from './run-lane.ts';

const key = { tenant: 'default', pipelineId: 'people' };
const people: PipelineDefinition = {
  pipelineId: 'people',
  name: 'People',
  source: { type: 'file', path: 'in.ndjson' },
  sink: { type: 'sqlite', path: 'out.db', table: 'people' },
};

describe('records that were refused', () => {
  let folder: string;
  let file: SqliteFile;
  let state: MemoryState;
  let letters: Letters;
  let scripts: Scripts;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-refused-'));
    file = new SqliteFile(join(folder, 'out.db'));
    await file.write((work) => work.run('CREATE TABLE people (id INTEGER PRIMARY KEY, text TEXT)'));
    state = new MemoryState();
    letters = new Letters(state, key);
    scripts = new Scripts();
  });
  afterEach(async () => {
    await scripts.close();
    await file.close();
    rmSync(folder, { recursive: true });
  });

  const rows = () => file.write((work) => work.rows('SELECT id, text FROM people ORDER BY id'));
  const around = () => ({
    files: new FilesFolder(folder),
    connections: new Connections([]),
    print: () => undefined,
    warn: () => undefined,
  });

  /** Runs the pipeline to the end of its file. */
  async function run(definition: PipelineDefinition, epoch: number): Promise<Totals | undefined> {
    let totals: Totals | undefined;
    const lanes = new StateLanes(state);
    const store = { lanes, letters: state };
    const onProgress = (progress: { totals: Totals }) => void (totals = progress.totals);
    const { signal } = new AbortController();
    const own = {
      key,
      node: 'one',
      holder: 'one',
      definition,
      generation: 1,
      epoch,
      startsAt: null,
      store,
      around: around(),
      scripts,
    };
    expect(await runLane({ ...own, signal, onProgress })).toBe('end');
    return totals;
  }

  async function replay(definition: PipelineDefinition): Promise<void> {
    const { transform, close } = compileTransforms(definition, scripts);
    const own = {
      key,
      node: 'one',
      holder: 'one',
      generation: 1,
      incarnation: 'first',
      continues: false,
      epoch: 1,
      definition,
      around: around(),
      transform,
    };
    const store = { lanes: new StateLanes(state) };
    await replayLetters({ ...own, store, letters: new Letters(state, key), ready: async () => {} });
    close();
  }

  /** The letters that a pipeline makes of records. */
  async function fail(definition: PipelineDefinition, incoming: SourceRecord[]): Promise<void> {
    const { transform, close } = compileTransforms(definition, scripts);
    const budget = new ErrorBudget({ failed: 9, of: 10 });
    const made = await makeBatch(incoming, transform, {
      budget,
      generation: 1,
      at: new Date().toISOString(),
    });
    close();
    await letters.keep(made.letters);
  }

  const askAll = async () => {
    for (const letter of await letters.list()) await letters.askReplay(letter);
  };

  it('are counted in all batches, even where the next one was made meanwhile', async () => {
    await file.write((work) => work.run('CREATE TABLE some (id INTEGER PRIMARY KEY CHECK (id % 3 <> 2))'));
    const numbers: PipelineDefinition = {
      ...people,
      source: { type: 'generate', count: 9 },
      transforms: [{ type: 'project', fields: ['id'] }],
      sink: { type: 'sqlite', path: 'out.db', table: 'some' },
      batch: { maxRecords: 3 },
    };
    const totals = await run(numbers, 1);
    expect(totals).toEqual({ read: 9, written: 6, filtered: 0, deadLettered: 3, batches: 3 });
  });

  it('and are again stay with the new reason, while the others are written and nothing is left to do', async () => {
    appendFileSync(join(folder, 'in.ndjson'), '{"id":"a"}\n{"id":"b"}\n{"id":3}\n');
    await run(people, 1);
    const [first, second] = await letters.list();
    await letters.askReplay(first!, { record: '{"id":1}' });
    await letters.askReplay(second!, { record: '{"id":2,"more":true}' });
    await run(people, 2);
    expect(await rows()).toEqual([
      { id: 1, text: null },
      { id: 3, text: null },
    ]);
    expect(await letters.list()).toEqual([
      expect.objectContaining({ step: 'sink', reason: expect.stringContaining('no column "more"') }),
    ]);
    expect(await letters.asked()).toBeNull();
  });

  it('in the middle of the steps go through those before it, too', async () => {
    const strict = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
    const definition: PipelineDefinition = {
      ...people,
      transforms: [
        { type: 'filter', condition: 'age > 18' },
        { type: 'project', fields: ['id', 'text'] },
        { type: 'validate', schema: strict },
      ],
    };
    appendFileSync(join(folder, 'in.ndjson'), '{"id":1,"age":40}\n{"id":2,"age":40}\n');
    await run(definition, 1);
    const [one, two] = await letters.list();
    expect(one?.step).toBe('transforms/2');
    await letters.askReplay(one!, { record: '{"id":1,"age":40,"text":"a","secret":"s"}' });
    await letters.askReplay(two!, { record: '{"id":2,"age":17,"text":"b"}' });
    await run(definition, 2);
    expect(await rows()).toEqual([{ id: 1, text: 'a' }]);
    expect(await letters.list()).toEqual([]);
  });

  it('are read as their source is, with the meta that came with them', async () => {
    const definition = (from: string): PipelineDefinition => ({
      ...people,
      source: { type: 'kafka', topic: 't', format: 'string' },
      transforms: [{ type: 'map', set: { id: 'meta.timestamp', text: `${from} + "!"` }, remove: ['value'] }],
    });
    const message = (offset: number, value: string | null) =>
      toRecord(
        't',
        0,
        {
          offset,
          timestamp: offset + 10,
          key: null,
          value: value === null ? null : Buffer.from(value),
          headers: [],
        },
        'string',
      );
    await fail(definition('missing'), [message(1, 'plain text'), message(2, null), message(3, 'wrong')]);
    await askAll();
    await letters.askReplay((await letters.list())[2]!, { record: 'right' });
    await replay(definition('value'));
    expect(await rows()).toEqual([
      { id: 11, text: 'plain text!' },
      { id: 13, text: 'right!' },
    ]);
    expect((await letters.list()).map(({ offset }) => offset)).toEqual([2]);
  });
});
