import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** A checkout without `node_modules`. Whatever is run after the check fails there. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spark-not-installed-'));
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  cpSync(join(ROOT, 'tools/installed.js'), join(folder, 'tools/installed.js'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string) {
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
  const { status, stderr } = spawnSync(command, { cwd: folder, shell: true, env, encoding: 'utf8' });
  return { status, stderr };
}

/** Others are made of these. */
const OWN = Object.entries(scripts).filter(([, command]) => !command.startsWith('npm run '));

it.each(OWN)('npm run %s before npm ci says what to do, and nothing else', (_, command) => {
  expect(run(command)).toEqual({ status: 1, stderr: 'Dependencies are not installed: run npm ci\n' });
});

it('says nothing where they are installed', () => {
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), '{}');
  expect(run('node tools/installed.js')).toEqual({ status: 0, stderr: '' });
  rmSync(join(folder, 'node_modules'), { recursive: true });
});
