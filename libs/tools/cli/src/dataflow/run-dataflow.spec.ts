import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
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

  it('lists pipelines in columns, and names the one that it has deleted', async () => {
    const progress = { read: 0, written: 0, deadLettered: 0, lag: null };
    const long = { ...VIEW, pipelineId: 'grown-ups', version: 12, state: 'Running', progress };
    expect((await answering(200, JSON.stringify([VIEW, long]), ['list'])).exitCode).toBe(0);
    await answering(204, '', ['delete', 'adults']);
    expect(said).toEqual([
      [
        'adults     version 1   Configured  read 0, written 0, dead letters 0',
        'grown-ups  version 12  Running     read 0, written 0, dead letters 0',
      ].join('\n'),
      'deleted  adults',
    ]);
  });

  it.each(['run', 'apply'])('%s refuses a --reset that is none, before anything is done', async (command) => {
    expect(await dataflow(command, file, '--reset', 'all')).toBe(2);
    expect(said).toEqual(['--reset has to be keep or beginning, not "all"']);
  });

  it('names a fault in one line, also where a whole text is taken for a key', async () => {
    await writeFile(file, `# A page\n\n${'word '.repeat(40)}\nmore: text: again\n`);
    expect(await dataflow('validate', file)).toBe(2);
    for (const line of said.join('\n').split('\n')) expect(line.length).toBeLessThan(file.length + 180);
    expect(
      said
        .join('\n')
        .split('\n')
        .every((line) => line.startsWith(file)),
    ).toBe(true);
  });

  it('refuses a wrong definition with its place, and ends with 2', async () => {
    await writeFile(file, DEFINITION.replace('age >= 18', 'age >='));
    expect(await dataflow('validate', file)).toBe(2);
    expect(said.join('\n')).toMatch(/adults\.yaml:6:\d+/);
  });

  it('keeps what a run knows apart from an app and from other pipelines: none takes the store of another', async () => {
    await dataflow('run', file, '--once');
    const other = join(folder, 'others.yaml');
    await writeFile(other, DEFINITION.replaceAll('adults', 'others').replace('path: out', 'path: others'));
    await dataflow('run', other, '--once');
    expect(await readdir(join(folder, 'kept'))).toEqual(['run']);
    expect((await readdir(join(folder, 'kept', 'run'))).toSorted()).toEqual(['adults', 'others']);
  });

  it('shows the line and the text of the last record that failed, and which field of it and why', async () => {
    await writeFile(join(folder, 'people.ndjson'), '{"id":1,"age":40}\n\n{"id":2,"age":null}\n');
    expect(await dataflow('run', file, '--once')).toBe(0);
    expect(said.join('\n')).toContain(
      'Last dead letter: line 3 of people.ndjson, transforms/0: age >= 18 has no value: age is null\n  {"id":2,"age":null}',
    );
  });

  it('escapes the control characters of a definition, whose author may be anyone', async () => {
    await writeFile(
      file,
      DEFINITION.replace('minors are left out', String.raw`"\e[2Jminors\x9b2J"`).replace(
        ', age: 17 }',
        ', age: 19 }',
      ),
    );
    expect(await dataflow('test', file)).toBe(1);
    expect(said.join('\n')).toContain(String.raw`FAILED  \u001b[2Jminors\u009b2J`);
  });

  it('escapes the control characters of a record', async () => {
    await writeFile(join(folder, 'people.ndjson'), '\u001b[2J\u0007\n');
    expect(await dataflow('run', file, '--once')).toBe(0);
    expect(said.at(-1)).toBe(String.raw`  \x1b[2J\x07`);
    expect(said.join('')).not.toContain('\u001b');
  });

  it('distinguishes a source without records from one without new records', async () => {
    await writeFile(join(folder, 'people.ndjson'), '');
    expect(await dataflow('run', file, '--once')).toBe(0);
    expect(said.at(-2)).toBe('The source has no records');
    await writeFile(join(folder, 'people.ndjson'), '{"id":2,"age":40}\n');
    await dataflow('run', file, '--once');
    await dataflow('run', file, '--once');
    expect(said.at(-2)).toContain('There is nothing new');
  });

  it('runs a pipeline in one process at a time, and says in which', async () => {
    const { pid } = process;
    await mkdir(join(folder, 'kept', 'run', 'adults'), { recursive: true });
    await writeFile(join(folder, 'kept', 'run', 'adults', 'run.lock'), String(pid));
    expect(await dataflow('run', file, '--once')).toBe(1);
    expect(said.join('\n')).toBe(`adults is already running in process ${pid}: stop it first`);
  });

  it('exits with 1 when --once is stopped before the end, and the next run continues', async () => {
    const long = DEFINITION.replace(/source:.*/, 'source: { type: generate, count: 1000000, perSecond: 20 }')
      .replace('age >= 18', 'id > 0')
      .replace(/^tests:[^]*/m, 'batch: { maxRecords: 2 }');
    await writeFile(file, long);
    const before = process.listenerCount('SIGTERM');
    const running = dataflow('run', file, '--once');
    await eventually(async () => expect((await readdir(join(folder, 'out'))).length).toBeGreaterThan(1));
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    process.emit('SIGTERM');
    expect(await running).toBe(1);
    expect(said.join('\n')).toMatch(/Stopped: read \d+[^]*the next run continues/);
  });

  it('refuses a file that is not UTF-8, such as one in the UTF-16 of some editors', async () => {
    await writeFile(file, `\ufeff${DEFINITION}`, 'utf16le');
    expect(await dataflow('validate', file)).toBe(2);
    expect(said).toEqual([`${file} is not UTF-8: save it in this encoding`]);
  });

  it('says that a file does not exist', async () => {
    expect(await dataflow('validate', `${file}.yml`)).toBe(2);
    expect(said).toEqual([`There is no file ${file}.yml`]);
  });

  it.each(['run', 'preview'])(
    '%s names the folder in which it found no file of the source',
    async (command) => {
      await rm(join(folder, 'people.ndjson'));
      expect(await dataflow(command, file)).toBe(1);
      expect(said).toEqual([
        expect.stringMatching(/^Failed: No file matches people\.ndjson/),
        `The files folder is ${folder}`,
      ]);
    },
  );

  it('refuses --once for a file that is followed: it has no end', async () => {
    await writeFile(file, DEFINITION.replace('people.ndjson }', 'people.ndjson, follow: true }'));
    expect(await dataflow('run', file, '--once')).toBe(2);
    expect(said).toEqual([expect.stringMatching(/^--once: the source has no end\. Leave --once out/)]);
  });

  it('names every fault of a definition at once', async () => {
    await writeFile(file, DEFINITION.replace('path: out', 'pth: ../out').replace('age >= 18', 'age >='));
    expect(await dataflow('validate', file)).toBe(2);
    expect(said.join('\n').match(/adults\.yaml:\d+:\d+ /g)).toEqual([
      'adults.yaml:6:32 ',
      'adults.yaml:7:21 ',
      'adults.yaml:7:26 ',
    ]);
  });

  it.each([
    [404, 201, 1, /^created {2}adults {2}version 1 {2}Configured {2}read 0/],
    [200, 200, 2, /^changed {2}adults {2}version 2/],
    [200, 200, 1, /^unchanged {2}adults {2}version 1/],
  ])(
    'says what apply has done: %d before, then %d with version %d',
    async (before, after, version, words) => {
      const progress = { read: 0, written: 0, deadLettered: 0, lag: null };
      const view = {
        pipelineId: 'adults',
        state: 'Configured',
        run: { phase: 'none' },
        progress,
        reason: null,
      };
      const server = createServer(({ method }, response) => {
        const body = { ...view, version: method === 'GET' ? 1 : version };
        response.writeHead(method === 'GET' ? before : after).end(JSON.stringify(body));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await dataflow('apply', file, '--url', url)).toBe(0);
      expect(said.join('\n')).toMatch(words);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  );

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
    [200, '[{"pipelineId":"adults"}]', ['list', '--json']],
    [200, '"text"', ['stop', 'adults']],
    [200, '[{}]', ['letters', 'adults', '--json']],
    [200, '{}', ['delete', 'adults']],
    [404, '{"statusCode":404,"message":"Cannot GET /"}', ['get', 'adults']],
    [404, '{"type":"urn:spark:problem:not-found","title":"Not found","detail":"Cannot GET /"}', ['list']],
    [500, 'Internal Server Error', ['delete', 'adults']],
  ])('says that another server answers: %d %s', async (status, text, argv) => {
    expect((await answering(status, text, argv)).exitCode).toBe(1);
    expect(said.join('\n')).toMatch(/does not answer as an app with pipelines: it answers \d+/);
  });

  it.each([
    [200, 'null', '200 with something else'],
    [200, '[{}]', '200 with something else'],
    [200, '{}', '200 with something else'],
    [404, '<html>', '404 without JSON'],
    [404, '{}', '404 without a reason'],
    [404, '{"statusCode":404,"message":"Cannot GET /"}', '404 (Cannot GET /)'],
    [
      404,
      '{"type":"urn:spark:problem:not-found","title":"Not found","detail":"Cannot GET /"}',
      '404 (Cannot GET /)',
    ],
  ])(
    'says that another server answers a plan, which would create nothing there: %d %s',
    async (status, text, why) => {
      expect((await answering(status, text, ['plan', file, '--json'])).exitCode).toBe(1);
      expect(JSON.parse(said.join('\n'))).toEqual({
        error: {
          message: expect.stringContaining(`does not answer as an app with pipelines: it answers ${why}`),
        },
      });
    },
  );

  it('names the file of an operator token that cannot be sent, and does not show it', async () => {
    const token = join(folder, 'kept', 'operator-token');
    await mkdir(join(folder, 'kept'));
    await writeFile(token, 'two words\n');
    const refused = dataflow('list', '--url', 'http://127.0.0.1:9');
    await expect(refused).rejects.toThrow(`The operator token in ${token} cannot be sent`);
    await expect(refused).rejects.not.toThrow('two words');
  });

  const VIEW = {
    pipelineId: 'adults',
    version: 1,
    state: 'Configured',
    run: { phase: 'none' },
    progress: { read: 0, written: 0, deadLettered: 0, lag: null },
    reason: null,
    definition: {},
  };
  it.each<[string[], number, string, number, object]>([
    [
      ['plan'],
      404,
      JSON.stringify({ type: 'urn:spark:problem:not-found', title: 'Not found' }),
      0,
      { pipelineId: 'adults', action: 'create', changed: [] },
    ],
    [
      ['plan'],
      200,
      JSON.stringify(VIEW),
      0,
      { action: 'change', changed: expect.arrayContaining(['sink']), mayNeedReset: true },
    ],
    [['apply'], 200, JSON.stringify(VIEW), 0, { pipelineId: 'adults', version: 1 }],
    [['list'], 200, '[]', 0, []],
    [
      ['get', 'adults'],
      404,
      JSON.stringify({ type: 'urn:spark:problem:not-found', title: 'Not found', detail: 'No adults' }),
      1,
      { error: { message: 'No adults' } },
    ],
    [
      ['start', 'adults'],
      422,
      JSON.stringify({
        title: 'Refused',
        detail: 'The definition is refused; see errors.',
        errors: [{ pointer: '/sink', detail: 'is missing' }],
      }),
      2,
      {
        error: {
          message: 'The definition is refused.',
          errors: [{ pointer: '/sink', detail: 'is missing' }],
        },
      },
    ],
    [['get', '..'], 200, '{}', 2, { error: { message: '".." is not a pipeline' } }],
    [['list'], 200, '<html>', 1, { error: { message: expect.stringMatching(/does not answer as an app/) } }],
  ])(
    'prints JSON with --json, whatever happens: %j, %d',
    async ([command = '', id], status, body, exitCode, printed) => {
      const asked = [command, ...(command === 'list' ? [] : [id ?? file]), '--json'];
      expect((await answering(status, body, asked)).exitCode).toBe(exitCode);
      const json: unknown = JSON.parse(said.join('\n'));
      expect(json).toEqual(Array.isArray(printed) ? printed : expect.objectContaining(printed));
    },
  );

  it('prints JSON with --json, also for a file that is missing or refused and where no app can be reached', async () => {
    const at = ['--json', '--url', 'http://127.0.0.1:9'];
    const printed = async (...argv: string[]) => {
      said.length = 0;
      const exitCode = await dataflow(...argv, ...at);
      return { exitCode, ...(JSON.parse(said.join('\n')) as object) };
    };
    const error = (message: RegExp) => expect.objectContaining({ message: expect.stringMatching(message) });
    expect(await printed('plan', `${file}.yml`)).toEqual({ exitCode: 2, error: error(/^There is no file/) });
    expect(await printed('list')).toEqual({ exitCode: 3, error: error(/cannot be reached/) });
    await writeFile(file, DEFINITION.replace('age >= 18', 'age >='));
    const errors = [expect.objectContaining({ pointer: '/transforms/0/condition', line: 6 })];
    expect(await printed('apply', file)).toEqual({
      exitCode: 2,
      error: { message: `${file} is refused`, errors },
    });
    await expect(dataflow('validate', file, '--json')).rejects.toThrow(
      /^--json is an option of plan, apply, [^:]* and letters, not of validate: leave it out\.$/,
    );
  });

  it.each(['.', '..'])('asks nothing about a pipeline "%s": that is another address', async (id) => {
    const { exitCode, path } = await answering(204, '', ['delete', id]);
    expect({ exitCode, path }).toEqual({ exitCode: 2, path: '' });
  });
});
