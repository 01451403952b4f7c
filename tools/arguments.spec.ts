import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The last program of each script that runs one of ours: what the words after `npm run NAME --` go to. */
const TOOLS = Object.entries(scripts).flatMap(([name, command]) => {
  const words = command.split(' && ').at(-1)?.split(' ') ?? [];
  const isOurs = words[0] === 'node' && /^(?:tools|benchmarks)\//.test(words.at(-1) ?? '');
  return isOurs ? [[name, words.slice(1)] as const] : [];
});
/** Jest's options are given to `npm test`: it says itself which it does not know. */
const CLOSED = TOOLS.filter(([name]) => name !== 'test');
const BENCHMARKS = ['script', 'embedded', 'requesters', 'verify', 'attacks', '--against=x'];

function run(words: readonly string[], ...more: readonly string[]) {
  return runWith({}, words, ...more);
}

function runWith(
  variables: Readonly<Record<string, string>>,
  words: readonly string[],
  ...more: readonly string[]
) {
  const env = { PATH: process.env['PATH'], ...variables };
  const { status, stdout, stderr } = spawnSync(process.execPath, [...words, ...more], {
    cwd: root,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

describe('The tools of the repository', () => {
  it('are all looked at', () => {
    expect(TOOLS.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'start',
        'jobs',
        'peers',
        'build',
        'pack',
        'lockfile',
        'test',
        'campaign',
        'bench',
      ]),
    );
  });

  it.each(TOOLS)('npm run %s -- --help says what it does, and does nothing', (name, words) => {
    expect(run(words, '--help')).toEqual({
      status: 0,
      stdout: expect.stringContaining(/^(?:start|test)$/.test(name) ? `npm ${name}` : `npm run ${name}`),
      stderr: '',
    });
  });

  it.each(['start', 'jobs', 'peers', 'dataflow'])('npm run %s -- help is the same', (name) => {
    const words = TOOLS.find(([tool]) => tool === name)?.[1] ?? [];
    expect(run(words, 'help')).toEqual(run(words, '--help'));
  });

  it.each(CLOSED)('npm run %s refuses an option that it does not know, with its help', (_, words) => {
    const { status, stdout, stderr } = run(words, '--onec');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^Unknown option "--onec"\.[^]*npm (?:run|start)/);
  });

  it.each(BENCHMARKS)('npm run bench -- %s lists its options, and refuses others', (name) => {
    const words = TOOLS.find(([tool]) => tool === 'bench')?.[1] ?? [];
    expect(run(words, name, '--help')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('--rounds'),
    });
    expect(run(words, name, '--onec')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Unknown option "--onec".'),
    });
  });

  it.each([
    ['start', '--onec', '--once'],
    ['jobs', '-once', '--once'],
    ['peers', 'once', '--once'],
    ['dataflow', '--onec', '--once'],
    ['build', '--hlep', '--help'],
    ['bench', 'scrpt', 'script'],
    ['bench', '--milion', '--million'],
  ])('npm run %s -- %s names what was probably meant', (name, word, meant) => {
    const words = TOOLS.find(([tool]) => tool === name)?.[1] ?? [];
    const { status, stderr } = run(words, word);
    expect(status).toBe(2);
    expect(stderr).toContain(`"${word}". Did you mean "${meant}"?`);
  });

  it.each(['start', 'jobs', 'peers', 'dataflow'])(
    'npm run %s --once, which npm keeps for itself, is refused with the command to type',
    (name) => {
      const words = TOOLS.find(([tool]) => tool === name)?.[1] ?? [];
      const variables = { npm_lifecycle_event: name, npm_config_once: 'true' };
      const { status, stdout, stderr } = runWith(variables, words);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
      expect(stderr).toContain(`npm ${name === 'start' ? name : `run ${name}`} -- --once`);
    },
  );

  it('start one another only with the condition that makes them read the sources: nothing may be built yet', () => {
    const files = globSync('tools/**/*.ts', { cwd: root, exclude: (file) => file.endsWith('.spec.ts') });
    const starts = files.flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .filter((line) => /process\.execPath\b.*\.ts\b/.test(line)),
    );
    expect(starts.filter((line) => !/--conditions=/.test(line))).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });

  it.each(['start', 'jobs', 'peers'])(
    'npm run %s fails at once where NATS_URL names nothing that answers, with the remedy',
    (name) => {
      const words = TOOLS.find(([tool]) => tool === name)?.[1] ?? [];
      const data = mkdtempSync(join(tmpdir(), 'spark-tools-'));
      const { status, stderr } = runWith({ NATS_URL: 'nats://127.0.0.1:9', SPARK_DATA_DIR: data }, words);
      rmSync(data, { recursive: true });
      expect(status).toBe(1);
      expect(stderr).toMatch(
        /NATS cannot be reached \(127\.0\.0\.1:9: ECONNREFUSED\).*npm run servers -- nats/,
      );
    },
  );
});
