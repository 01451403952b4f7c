import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryState } from '@nestjs-spark/testing';
import { FencedError, RunFailedError } from '../connect/ports.ts';
import { Connections } from '../connect/connections.ts';
import { FilesFolder } from '../connect/file/files-folder.ts';
import type { PipelineDefinition } from '../definition/types.ts';
import { openEmbeddedStore } from '../store/embedded-store.ts';
import { StateLanes } from '../store/state-lanes.ts';
import { Scripts } from '../transform/script-step.ts';
import { EmbeddedPipelines, type EmbeddedRunOptions } from './embedded-pipelines.ts';
import { runLane, type LaneProgress } from '../run/run-lane.ts';

const evens: PipelineDefinition = {
  pipelineId: 'evens',
  name: 'Evens',
  source: { type: 'file', path: 'in/*.ndjson' },
  transforms: [{ type: 'filter', condition: 'id % 2 == 0' }],
  sink: { type: 'file', path: 'out' },
  batch: { maxRecords: 3 },
};

describe('a pipeline that runs in this process', () => {
  let folder: string;
  let pipelines: EmbeddedPipelines;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-pipelines-'));
    mkdirSync(join(folder, 'in'));
    pipelines = new EmbeddedPipelines({
      folder: join(folder, 'state'),
      files: folder,
      print: () => undefined,
    });
  });
  afterEach(async () => {
    await pipelines.close();
    rmSync(folder, { recursive: true });
  });

  const write = (file: string, ids: number[], end = '\n') =>
    appendFileSync(join(folder, 'in', file), ids.map((id) => JSON.stringify({ id })).join('\n') + end);
  const run = (definition = evens, options: Partial<EmbeddedRunOptions> = {}) =>
    pipelines.run(definition, { signal: new AbortController().signal, ...options });
  const files = (path = 'out') =>
    readdirSync(join(folder, path))
      .filter((name) => name.endsWith('.ndjson'))
      .toSorted();
  const written = (path = 'out'): number[] =>
    files(path).flatMap((name) =>
      readFileSync(join(folder, path, name), 'utf8')
        .trim()
        .split('\n')
        .map((line) => Number(JSON.parse(line).id)),
    );

  it('writes what its transforms make of each record, and is Completed', async () => {
    write('a.ndjson', [1, 2, 3, 4, 5]);
    write('b.ndjson', [6, 7, 8], '');
    const { state, added } = await run();
    expect(state.status).toBe('Completed');
    expect(written()).toEqual([2, 4, 6, 8]);
    expect(added).toEqual({ read: 8, written: 4, filtered: 4, deadLettered: 0, batches: 3 });
  });

  it('goes on where it was: only what is new is read, in files that grew and files that came', async () => {
    write('a.ndjson', [1, 2], '');
    await run();
    expect((await run()).added.read).toBe(0);
    appendFileSync(join(folder, 'in', 'a.ndjson'), '\n{"id":4}\n');
    write('0.ndjson', [6]);
    expect((await run()).added.read).toBe(2);
    expect(written()).toEqual([2, 6, 4]);
  });

  it('leaves others alone that were running here when their process ended', async () => {
    const other: PipelineDefinition = {
      ...evens,
      pipelineId: 'other',
      source: { type: 'generate', perSecond: 100 },
      sink: { type: 'log' },
    };
    const began = Promise.withResolvers<void>();
    void run(other, { onProgress: () => began.resolve() }).catch(() => undefined);
    await began.promise;
    await pipelines.close();
    const events = async () => {
      const store = openEmbeddedStore(join(folder, 'state'));
      const entries = await store.journal.load({ tenant: 'default', pipelineId: 'other' });
      await store.close();
      return entries.map(({ event }) => event.type);
    };
    const before = await events();
    expect(before.at(-1)).toBe('PipelineStarted');
    pipelines = new EmbeddedPipelines({
      folder: join(folder, 'state'),
      files: folder,
      print: () => undefined,
    });
    write('a.ndjson', [2]);
    await run();
    await pipelines.close();
    expect(await events()).toEqual(before);
  });

  it('begins again as a new generation', async () => {
    write('a.ndjson', [2]);
    await run();
    const sink = { type: 'file', path: 'again' } as const;
    const { state, totals } = await run({ ...evens, sink }, { reset: 'beginning' });
    expect([state.generation, totals.read]).toEqual([2, 1]);
    expect([...files(), ...files('again')].map((name) => name[0])).toEqual(['1', '2']);
  });

  it('keeps records that failed, with step and reason, and writes the others', async () => {
    write('a.ndjson', [2]);
    appendFileSync(join(folder, 'in', 'a.ndjson'), 'no json\n{"id":"x"}\n[1]\n{"id":4}\n');
    expect((await run()).added).toMatchObject({ written: 2, deadLettered: 3 });
    expect(written()).toEqual([2, 4]);
    const letters = await pipelines.letters('evens');
    expect(letters.map(({ step, offset, record }) => [step, offset, record])).toEqual([
      ['source', 9, 'no json'],
      ['transforms/0', 17, '{"id":"x"}'],
      ['source', 28, '[1]'],
    ]);
  });

  it('is Failed when more fail than its definition allows, and nothing of that batch is written', async () => {
    write('a.ndjson', [2]);
    appendFileSync(join(folder, 'in', 'a.ndjson'), '{}\n{}\n');
    const strict: PipelineDefinition = { ...evens, errors: { limit: { failed: 1, of: 10 } } };
    await expect(run(strict)).rejects.toThrow(RunFailedError);
    expect(files()).toEqual([]);
    await expect(run({ ...evens, errors: { onRecord: 'fail' } })).rejects.toThrow('byte 9 of in/a.ndjson');
    expect((await run({ ...evens, errors: { onRecord: 'drop' } })).added).toMatchObject({
      written: 1,
      deadLettered: 0,
    });
  });

  it('keeps the digits of a number that a double does not hold', async () => {
    writeFileSync(
      join(folder, 'in', 'a.ndjson'),
      '{"id":2,"n":12345678901234567890}\n{"id":4,"n":1234567890123456}\n',
    );
    await run();
    const text = files()
      .map((name) => readFileSync(join(folder, 'out', name), 'utf8'))
      .join('');
    expect(text).toBe('{"id":2,"n":"12345678901234567890"}\n{"id":4,"n":1234567890123456}\n');
  });

  it('fails, and says so, when its file is gone or became shorter', async () => {
    await expect(run()).rejects.toThrow(
      'No file matches in/*.ndjson in the files folder (SPARK_PIPELINES_FILES)',
    );
    write('a.ndjson', [1, 2]);
    await run();
    writeFileSync(join(folder, 'in', 'a.ndjson'), '{}\n');
    await expect(run()).rejects.toThrow('shorter than what was read');
  });

  it.each([
    ['that has a line where a line ended', '{"id":1}\n{"id":6}\n', '{"id":2}\n{"id":4}\n{"id":6}\n'],
    [
      'in which no line ends at that position',
      '{"id":1}\n{"id":2}\n',
      '{"id":2,"name":"a long one"}\n{"id":4}\n',
    ],
    ['of the same length', '{"id":1}\n{"id":6}\n', '{"id":2}\n{"id":4}\n'],
    [
      'that ends as it did',
      `{"id":1}\n{"id":6,"x":"${'x'.repeat(3_000)}"}\n`,
      `{"id":2}\n{"id":6,"x":"${'x'.repeat(3_000)}"}\n`,
    ],
  ])('fails, and says so, when a file %s has taken the place of its own', async (_what, before, after) => {
    writeFileSync(join(folder, 'in', 'a.ndjson'), before);
    await run();
    writeFileSync(join(folder, 'in', 'a.ndjson'), after);
    await expect(run()).rejects.toThrow('is not the one that was read');
  });

  it('reads on in a file that was restored, or saved by an editor, with more behind it', async () => {
    write('a.ndjson', [2]);
    await run();
    rmSync(join(folder, 'in', 'a.ndjson'));
    write('a.ndjson', [2, 4]);
    await run();
    expect(written()).toEqual([2, 4]);
  });

  it.each([
    ['spaces', '{"id":1}\n{"id":2}', '  \n{"id":4}\n', [2, 4], []],
    ['the rest of a record', '{"id":2}\n{"id":', '4}\n{"id":6}\n', [2, 6], ['{"id":', '4}']],
    ['a record', '{"id":2}', '{"id":4}\n{"id":6}\n', [2, 6], ['{"id":4}']],
  ])(
    'reads on behind a last line without an end to which %s came',
    async (_what, first, more, out, letters) => {
      writeFileSync(join(folder, 'in', 'a.ndjson'), first);
      await run();
      appendFileSync(join(folder, 'in', 'a.ndjson'), more);
      await run();
      expect(written()).toEqual(out);
      expect((await pipelines.letters('evens')).map(({ record }) => record)).toEqual(letters);
    },
  );

  it('reads on from a position of an earlier version, which has nothing but the byte', async () => {
    write('a.ndjson', [2]);
    await run();
    await pipelines.close();
    const store = openEmbeddedStore(join(folder, 'state'));
    const key = { tenant: 'default', pipelineId: 'evens' };
    const kept = await store.lanes.read(key, 0);
    const { processed } = kept.state!;
    await store.lanes.write(
      key,
      0,
      { ...kept.state!, processed: { ...processed!, to: { 'in/a.ndjson': 9 } } },
      kept,
    );
    await store.close();
    pipelines = new EmbeddedPipelines({
      folder: join(folder, 'state'),
      files: folder,
      print: () => undefined,
    });
    expect((await run()).added.read).toBe(0);
    write('a.ndjson', [4]);
    await run();
    expect(written()).toEqual([2, 4]);
    writeFileSync(join(folder, 'in', 'a.ndjson'), '{"id":6}\n{"id":8}\n{"id":10}\n');
    await expect(run()).rejects.toThrow('is not the one that was read');
  });

  it('reads on after a last line that got its end later', async () => {
    writeFileSync(join(folder, 'in', 'a.ndjson'), '{"id":2}');
    await run();
    writeFileSync(join(folder, 'in', 'a.ndjson'), '{"id":2}\n{"id":4}\n');
    await run();
    const texts = files().map((name) => readFileSync(join(folder, 'out', name), 'utf8'));
    expect(texts.join('').trim().split('\n')).toEqual(['{"id":2}', '{"id":4}']);
  });

  it('never leaves its folder, not even through a link', async () => {
    symlinkSync('/etc', join(folder, 'in', 'etc'));
    await expect(run({ ...evens, source: { type: 'file', path: 'in/etc/hostname' } })).rejects.toThrow(
      'leads out',
    );
    write('a.ndjson', [2]);
    const sink = { type: 'file', path: 'in/etc/spark' } as const;
    await expect(run({ ...evens, sink }, { reset: 'keep' })).rejects.toThrow('leads out');
  });

  it.each([
    ['in', 'in is a folder: name a file in it'],
    ['in/etc/people.db', 'leads out'],
    ['in/itself.db', 'points back to itself'],
    ['in/nothing.db', 'is a link to nothing'],
    [`in/${'x'.repeat(300)}`, 'is too long'],
    [`in/${'x'.repeat(250)}`, 'is too long'],
    ['in/a.ndjson/people.db', 'cannot be used as a folder'],
  ])('fails where a SQLite file cannot be: %s', async (path, reason) => {
    symlinkSync('/etc', join(folder, 'in', 'etc'));
    symlinkSync(join(folder, 'in', 'itself.db'), join(folder, 'in', 'itself.db'));
    symlinkSync(join(folder, '..', 'spark-nothing.db'), join(folder, 'in', 'nothing.db'));
    write('a.ndjson', [2]);
    const sink = { type: 'sqlite', path, table: 'people' } as const;
    await expect(run({ ...evens, sink })).rejects.toThrow(reason);
  });

  it("does not write into another pipeline's folder", async () => {
    write('a.ndjson', [2]);
    await run();
    await expect(run({ ...evens, pipelineId: 'others' })).rejects.toThrow(
      'is written by the pipeline default/evens',
    );
    expect(files()).toHaveLength(1);
  });

  it('is stopped between two batches, and goes on from there', async () => {
    const numbers: PipelineDefinition = { ...evens, source: { type: 'generate', count: 9 } };
    const stop = new AbortController();
    const { state } = await run(numbers, { signal: stop.signal, onProgress: () => stop.abort() });
    expect([state.status, written()]).toEqual(['Stopped', [2]]);
    await run(numbers);
    expect(written()).toEqual([2, 4, 6, 8]);
  });
});

describe('a process that lost its pipeline', () => {
  it('writes nothing more, and what the other one writes is each record once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'spark-pipelines-'));
    const scripts = new Scripts();
    try {
      const state = new MemoryState();
      const definition: PipelineDefinition = { ...evens, source: { type: 'generate', count: 30 } };
      const lane = (epoch: number, onProgress: (progress: LaneProgress) => void) =>
        runLane({
          key: { tenant: 'default', pipelineId: 'evens' },
          node: 'one',
          holder: 'one',
          definition,
          generation: 1,
          epoch,
          startsAt: null,
          store: { lanes: new StateLanes(state), letters: state },
          around: {
            files: new FilesFolder(folder),
            connections: new Connections([]),
            print: () => undefined,
            warn: () => undefined,
          },
          scripts,
          signal: new AbortController().signal,
          onProgress,
        });
      let second: Promise<unknown> | undefined;
      const first = lane(1, ({ isBatch }) => {
        if (isBatch) second ??= lane(2, () => undefined);
      });
      await expect(first).rejects.toThrow(FencedError);
      await expect(second).resolves.toBe('end');
      const lines = readdirSync(join(folder, 'out'))
        .filter((name) => name.endsWith('.ndjson'))
        .flatMap((name) =>
          readFileSync(join(folder, 'out', name), 'utf8')
            .trim()
            .split('\n'),
        );
      const ids = lines.map((line) => Number(JSON.parse(line).id)).toSorted((one, other) => one - other);
      expect(ids).toEqual(Array.from({ length: 15 }, (_, n) => 2 * (n + 1)));
    } finally {
      await scripts.close();
      rmSync(folder, { recursive: true });
    }
  });
});
