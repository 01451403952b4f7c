import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

  /** The path that was asked for last, of a server that always answers so. */
  async function answering(status: number, text: string, argv: readonly string[]) {
    let path = '';
    const server = createServer((request, response) => {
      path = request.url ?? '';
      response.writeHead(status).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      return { exitCode: await dataflow(...argv, '--url', url), path };
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  it.each([
    [200, '<html>', ['list']],
    [200, '', ['list']],
    [200, 'null', ['get', 'adults']],
    [200, '[{}]', ['list']],
    [200, '{}', ['letters', 'adults']],
    [401, '', ['list', '--json']],
    [422, '{"errors":5}', ['start', 'adults']],
    [500, 'Internal Server Error', ['delete', 'adults']],
  ])('says that another server answers: %d %s', async (status, text, argv) => {
    expect((await answering(status, text, argv)).exitCode).toBe(1);
    expect(said.join('\n')).toMatch(/does not answer as an app with pipelines: it answers \d+/);
  });

  it.each(['.', '..'])('asks nothing about a pipeline "%s": that is another address', async (id) => {
    const { exitCode, path } = await answering(204, '', ['delete', id]);
    expect({ exitCode, path }).toEqual({ exitCode: 2, path: '' });
  });

  it.each([
    [['validate'], /Name a file: nestjs-spark dataflow validate FILE/],
    [['fly', 'x'], /Unknown command "fly"/],
    [['list', '--fast'], /--fast/],
  ])('refuses %j with the remedy', async (argv, words) => {
    await expect(dataflow(...argv)).rejects.toThrow(words);
  });
});
