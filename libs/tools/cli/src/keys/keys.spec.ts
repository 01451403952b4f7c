import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { renderKeys } from './render-keys.ts';
import { runKeys } from './run-keys.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spark-cli-keys-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const keys = async (line: string): Promise<string> =>
  (await runKeys(line.split(' '), { SPARK_KEYS_DIR: directory })).text;
const idIn = (text: string): string => /SPARK_TRUSTED_KEYS=HR=([\w-]{43})/.exec(text)?.[1] ?? '';

describe('nestjs-spark keys', () => {
  it('makes a key that nobody else can read, once, and says what others have to list', async () => {
    const keyId = idIn(await keys('make HR'));
    expect(keyId).not.toBe('');
    expect((await stat(join(directory, 'HR.jwk.json'))).mode & 0o777).toBe(0o600);
    expect(await keys('show HR')).toContain(`SPARK_TRUSTED_KEYS=HR=${keyId}`);
    await expect(keys('make HR')).rejects.toThrow(/There is a key already.*keys rotate HR/);
  });

  it('rotates in two steps: the next key is announced, then takes the place of the current one', async () => {
    const before = idIn(await keys('make HR'));
    const next = /HR: ([\w-]{43})/.exec(await keys('rotate HR'))?.[1] ?? '';
    expect(await keys('show HR')).toContain(`SPARK_TRUSTED_KEYS=HR=${before},HR=${next}`);
    await expect(keys('rotate HR')).rejects.toThrow(/is there already.*--finish/);
    expect(await keys('rotate HR --finish')).toContain(`${next} now`);
    expect(idIn(await keys('show HR'))).toBe(next);
    expect(await readdir(directory)).toEqual(['HR.jwk.json']);
    await expect(keys('rotate HR --finish')).rejects.toThrow(
      /Start with: npx @nestjs-spark\/cli keys rotate HR/,
    );
  });

  it('prints JSON for programs, also of what is on this machine', async () => {
    const path = join(directory, 'HR.jwk.json');
    const made = JSON.parse(await keys('make HR --json')) as { keys: { keyId: string }[] };
    expect(made).toEqual({ module: 'HR', keys: [{ keyId: made.keys[0]?.keyId, path, next: false }] });
    expect(JSON.parse(await keys('show HR --json'))).toEqual(made);
    const rotated = JSON.parse(await keys('rotate HR --json')) as typeof made;
    expect(rotated).toMatchObject({ keys: [{ next: true }] });
    const finished = JSON.parse(await keys('rotate HR --finish --json')) as typeof made;
    expect(finished).toMatchObject({ keys: [{ keyId: rotated.keys[0]?.keyId, path, next: false }] });
  });

  it('never shows a private key, nor what a wrong file holds', async () => {
    await writeFile(join(directory, 'HR.jwk.json'), '{"d":"canary"}');
    const refused = keys('show HR');
    await expect(refused).rejects.toThrow(CliError);
    await expect(refused).rejects.not.toThrow(/canary/);
  });

  it('says why a key cannot be made, and what to do', async () => {
    const gone = join(directory, 'gone');
    await symlink(join(directory, 'nowhere', 'deeper'), gone);
    const made = keys(`make HR --keys-dir ${gone}`);
    await expect(made).rejects.toThrow(CliError);
    await expect(made).rejects.toThrow(/HR\.jwk\.json cannot be made \(E\w+\)\..*SPARK_KEYS_DIR/);
  });

  it.each([
    ['delete HR', /Unknown command "delete"\. Commands: make, show, approve, rotate/],
    ['make', /Name one module, as in: npx @nestjs-spark\/cli keys make HR/],
    ['show HR', /keys make HR/],
    ['approve HR --module Fleet --token x', /keys approve HR=THUMBPRINT/],
    ['approve HR=short --module Fleet --token x', /of 43 characters, as in: .*keys approve HR=THUMBPRINT/],
    ['show --module Fleet', /Give --token.*only operators/],
    ['show --module Fleet --as HR', /Unknown option "--as"/],
    ['rotate HR --colour red', /Unknown option "--colour"/],
  ])('%s: says what is not right', async (line, words) => {
    await expect(keys(line)).rejects.toThrow(words);
  });

  it('says which keys are trusted, and how to approve one that waits', () => {
    const view = { module: 'HR', trusted: ['a', 'b'], registered: 'c', next: null, waitsForApproval: true };
    expect(renderKeys('Fleet', [view])).toMatch(
      /HR: Fleet trusts a and b\n.*registered c.*\n.*keys approve HR=c --module Fleet/,
    );
    expect(renderKeys('Fleet', [])).toMatch(/no other module/);
  });
});
