import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PipelineDefinition } from '../definition/types.ts';
import { EmbeddedPipelines, type EmbeddedRunOptions } from './embedded-pipelines.ts';

const people: PipelineDefinition = {
  pipelineId: 'people',
  name: 'People',
  source: { type: 'file', path: 'in.ndjson' },
  sink: { type: 'file', path: 'out' },
};

describe('A pipeline to files that begins again', () => {
  let folder: string;
  let pipelines: EmbeddedPipelines;
  const open = () =>
    new EmbeddedPipelines({ folder: join(folder, 'state'), files: folder, print: () => undefined });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-pipelines-'));
    pipelines = open();
  });
  afterEach(async () => {
    await pipelines.close();
    rmSync(folder, { recursive: true });
  });

  const write = (id: number) => appendFileSync(join(folder, 'in.ndjson'), `{"id":${id}}\n`);
  const run = (definition = people, options: Partial<EmbeddedRunOptions> = {}) =>
    pipelines.run(definition, { signal: new AbortController().signal, ...options });
  const files = () => readdirSync(join(folder, 'out')).filter((name) => name.endsWith('.ndjson'));
  const written = () => files().map((name) => readFileSync(join(folder, 'out', name), 'utf8'));

  it('leaves the files of the earlier generation, and replaces them where it may', async () => {
    write(1);
    await run();
    write(2);
    await run(people, { from: 'beginning' });
    expect(written()).toEqual(['{"id":1}\n', '{"id":1}\n{"id":2}\n']);
    const replacing: PipelineDefinition = { ...people, sink: { type: 'file', path: 'out', overwrite: true } };
    await run(replacing, { from: 'beginning' });
    expect(written()).toEqual(['{"id":1}\n{"id":2}\n']);
    write(3);
    await run(replacing);
    expect(written()).toEqual(['{"id":1}\n{"id":2}\n', '{"id":3}\n']);
  });

  it('counts what it reads from then on, whatever its definition was before', async () => {
    for (const id of [1, 2, 3]) write(id);
    await run();
    await pipelines.close();
    pipelines = open();
    const changed = { ...people, name: 'Others', sink: { ...people.sink, overwrite: true } };
    const { added, totals } = await run(changed, { from: 'beginning' });
    expect([added.read, totals.read]).toEqual([3, 3]);
  });

  it('does not write over the files of another journal', async () => {
    write(1);
    await run();
    await pipelines.close();
    rmSync(join(folder, 'state'), { recursive: true });
    pipelines = open();
    write(2);
    await expect(run()).rejects.toThrow('did not write');
    expect(written()).toEqual(['{"id":1}\n']);
  });
});
