import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { run } from '../run.ts';

const DEFINITION = `
pipelineId: adults
name: Adults
source: { type: file, path: people.ndjson }
transforms:
  - { type: filter, condition: 'age >= 18' }
sink: { type: file, path: out }
tests:
  - { name: minors are left out, input: [{ id: 1, age: 17 }, { id: 2, age: 40 }], output: [{ id: 2, age: 40 }] }
`;

describe('nestjs-spark dataflow', () => {
  let folder: string;
  let file: string;
  let said: string[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-cli-dataflow-'));
    file = join(folder, 'adults.yaml');
    await writeFile(file, DEFINITION);
    await writeFile(join(folder, 'people.ndjson'), '{"id":1,"age":17}\n{"id":2,"age":40}\n');
    said = [];
    const hear = (line: unknown) => void said.push(String(line));
    jest.spyOn(console, 'log').mockImplementation(hear);
    jest.spyOn(console, 'error').mockImplementation(hear);
    process.env['SPARK_PIPELINES_DIR'] = join(folder, 'kept');
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    delete process.env['SPARK_PIPELINES_DIR'];
    await rm(folder, { recursive: true });
  });

  const dataflow = async (...argv: string[]) => (await run(['dataflow', ...argv], {})).exitCode;

  it('checks a definition, runs its tests, and runs it once', async () => {
    expect(await dataflow('validate', file)).toBe(0);
    expect(await dataflow('test', file)).toBe(0);
    expect(await dataflow('run', file, '--once')).toBe(0);
    expect(said.join('\n')).toMatch(
      /adults.yaml is valid[^]*1 passed, 0 failed[^]*Completed: read 2, written 1/,
    );
    const files = (await readdir(join(folder, 'out'))).filter((name) => name.endsWith('.ndjson'));
    const written = await Promise.all(files.map((name) => readFile(join(folder, 'out', name), 'utf8')));
    expect(written.join('')).toBe('{"id":2,"age":40}\n');
  });

  it('refuses a wrong definition with its place, and ends with 2', async () => {
    await writeFile(file, DEFINITION.replace('age >= 18', 'age >='));
    expect(await dataflow('validate', file)).toBe(2);
    expect(said.join('\n')).toMatch(/adults\.yaml:6:\d+/);
  });

  it('ends with 3 where no app can be reached', async () => {
    expect(await dataflow('list', '--url', 'http://127.0.0.1:9')).toBe(3);
    expect(said.join('\n')).toMatch(/http:\/\/127\.0\.0\.1:9 cannot be reached/);
  });

  it.each([
    [['validate'], /Name a file: nestjs-spark dataflow validate FILE/],
    [['fly', 'x'], /Unknown command "fly"/],
    [['list', '--fast'], /--fast/],
  ])('refuses %j with the remedy', async (argv, words) => {
    await expect(dataflow(...argv)).rejects.toThrow(words);
  });
});
