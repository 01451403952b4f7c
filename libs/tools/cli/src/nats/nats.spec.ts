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
});
