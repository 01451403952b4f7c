import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CliError } from '../cli-error.ts';
import { runNats } from './run-nats.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spark-cli-nats-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const print = async (...argv: string[]) =>
  (await runNats(['permissions', '--module', 'Fleet', '--module', 'HR', ...argv], {})).text;

const permissionsOf = async (...argv: string[]) => (await runNats(['permissions', ...argv], {})).text;

/** What one user is given. */
function userIn(text: string, name: string): string {
  const [, rest = ''] = text.split(`user: "${name}"`);
  return rest.split('user: ')[0] ?? '';
}

describe('nestjs-spark nats permissions', () => {
  it('gives each module a user whose password is a variable, and an administrator', async () => {
    const text = await print();
    expect(text.match(/user: .*\n.*password: .*/g)?.map((line) => line.replaceAll(/\s+/g, ' '))).toEqual([
      'user: "Fleet" password: $NATS_PASSWORD_FLEET',
      'user: "HR" password: $NATS_PASSWORD_HR',
      'user: "administrator" password: $NATS_PASSWORD_ADMINISTRATOR',
    ]);
  });

  it('permits copies between all modules, or only over the routes that are named', async () => {
    expect(await print()).toMatch(/"spark\.route\.hr\.fleet\.>"/);
    const text = await print('--route', 'fleet:hr');
    expect(text).toMatch(/"spark\.route\.fleet\.hr\.>"/);
    expect(text).not.toMatch(/spark\.route\.hr\.fleet/);
  });

  it('permits events and requests only where they are asked for', async () => {
    expect(await print()).not.toMatch(/events|spark\.requests|allow_responses/);
    expect(await print('--events')).toMatch(/"spark\.commands\.events\.>"[^]*allow_responses/);
  });

  it('gives instances that only accept jobs, or only run them, a user of their own', async () => {
    const text = await permissionsOf('--jobs', 'Jobs:api', '--jobs', 'Jobs:worker');
    const [api, worker] = ['Jobs-api', 'Jobs-worker'].map((name) => userIn(text, name));
    expect(api).toContain('"spark.jobs.*.queued.*"');
    expect(worker).not.toContain('"spark.jobs.*.queued.*"');
    expect(worker).toContain('"$JS.ACK.SPARK_JOBS.*.>"');
    expect(api).not.toContain('$JS.ACK.SPARK_JOBS');
    for (const user of [api, worker]) {
      expect(user).toContain('"_INBOX.jobs.>"');
      expect(user).not.toContain('STREAM.PURGE.SPARK_JOBS"');
    }
  });

  it('gives a module that also has jobs one user with both', async () => {
    const text = await permissionsOf('--module', 'Fleet', '--jobs', 'fleet');
    expect(text.match(/user: /g)).toHaveLength(2);
    expect(userIn(text, 'Fleet')).toContain('"spark.jobs.*.queued.*"');
  });

  it.each([
    ['--jobs', 'Jobs:both', /MODULE:api or MODULE:worker/],
    ['--jobs', '1x', /cannot be a module/],
  ])('refuses %s %s', async (option, value, message) => {
    await expect(permissionsOf(option, value)).rejects.toThrow(message);
  });

  it('lets each replica write to the log of its service, and be there under its own name only', async () => {
    const text = (await runNats(['permissions', '--peers', 'notes:a,b'], {})).text;
    const [, a = '', b = ''] = text.split(/user: "notes-[ab]"/);
    for (const user of [a, b]) {
      expect(user).toContain('"spark.peers.notes.>"');
      expect(user).toContain('allow_responses');
      expect(user).not.toContain('STREAM.DELETE');
    }
    expect(a).toContain('"$KV.SPARK_PEERS.notes.a"');
    expect(a).not.toContain('"$KV.SPARK_PEERS.notes.b"');
  });

  it.each(['notes', 'notes:a,B', 'notes:a:b'])('refuses --peers %s', async (value) => {
    await expect(runNats(['permissions', '--peers', value], {})).rejects.toThrow(/SERVICE:NODE,NODE/);
  });

  it.each([
    ['a module of the administrator', ['--module', 'Administrator'], /name of NATS's administrator/],
    ['modules of one password', ['--module', 'A_b', '--module', 'a-B'], /one password, NATS_PASSWORD_A_B/],
    ['nodes of two services', ['--peers', 'a-b:c', '--peers', 'a:b-c'], /a-b and a would both .* a-b-c/],
  ])('does not make one user of two: %s', async (_, argv, words) => {
    await expect(permissionsOf(...argv)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringMatching(words),
    });
  });

  it('gives users with nkeys what their passwords would not tell apart, but not the administrator', async () => {
    const text = await permissionsOf('--module', 'A_b', '--module', 'a-B', '--keys', folder);
    expect(new Set(text.match(/nkey: \w+/g)).size).toBe(3);
    await expect(permissionsOf('--module', 'Administrator', '--keys', folder)).rejects.toThrow(CliError);
  });

  it('says that the folder of the keys is a file', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(print('--keys', join(folder, 'file'))).rejects.toThrow(
      /The folder .* cannot be created \(EEXIST\)/,
    );
  });

  it('makes nkeys once, readable by their owner alone, and prints the public halves', async () => {
    const first = await print('--keys', folder);
    expect(first).toMatch(/# Fleet\n\s*nkey: U[A-Z2-7]{55}\n/);
    expect(first).not.toMatch(/password/);
    expect(await print('--keys', folder)).toBe(first);
    const file = join(folder, 'Fleet.nk');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const seed = (await readFile(file, 'utf8')).trim();
    expect(seed).toMatch(/^SU/);
    expect(first).not.toContain(seed);
  });

  it('does not replace a file that is not a seed, and says what to do', async () => {
    await writeFile(join(folder, 'HR.nk'), 'something else');
    await expect(print('--keys', folder)).rejects.toThrow(CliError);
    await expect(print('--keys', folder)).rejects.toThrow(/not contain the seed of an nkey.*delete it/);
  });
});

describe('nestjs-spark nats provision', () => {
  it('says that NATS cannot be reached', async () => {
    const provision = runNats(['provision', '--module', 'HR'], { NATS_URL: 'nats://127.0.0.1:9' });
    await expect(provision).rejects.toThrow(/NATS \(127\.0\.0\.1:9\) cannot be reached/);
  });

  it.each([
    [{ NATS_URL: 'http://127.0.0.1:4222' }, /NATS_URL has .* not a valid address/],
    [{ NATS_USER: 'administrator' }, /set NATS_USER and NATS_PASSWORD together/],
  ])('says what is wrong with %j', async (environment, message) => {
    const provision = runNats(['provision', '--module', 'HR'], environment);
    await expect(provision).rejects.toThrow(message);
    await expect(provision).rejects.toThrow(CliError);
  });
});
