import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fetchWheel, installOnce, runProgram, toFinding } from '@nestjs-spark/servers/internal';
import type { PythonSqlite } from './python-sqlite.ts';

const APSW = {
  project: 'apsw',
  title: 'apsw',
  version: '3.38.5.post1',
  files: {
    'apsw-3.38.5.post1-cp310-cp310-manylinux_2_5_x86_64.manylinux1_x86_64.manylinux_2_12_x86_64.manylinux2010_x86_64.whl':
      { bytes: 3_834_132, sha256: 'a1c6bc0a7494e2e470556d3fb25538a30a35d5caf067c9e9681fc7e1ae1933de' },
  },
};

const OLDEST_MINOR = 38;

/** SQLite 3.38, by the apsw of its time, which was built for Python 3.6 to 3.10; in words why it is not available. */
export async function findApsw(): Promise<PythonSqlite | string> {
  const { env, servers, report } = toFinding();
  for (const python of await pythons()) {
    const name = await tag(python);
    if (name === null) continue;
    const folder = join(servers, `${APSW.project}-${APSW.version}-${name}`);
    try {
      await installOnce(folder, report.line, (scratch) =>
        fetchWheel({ env, servers, report }, python, APSW, scratch),
      );
    } catch (error) {
      return `apsw ${APSW.version} cannot be fetched: ${String(error)}`;
    }
    const found = { python, module: 'apsw', env: { ...env, PYTHONPATH: folder } } as const;
    const version = await versionOf(found);
    if (version !== null) return { ...found, version };
  }
  return 'it needs a Python from 3.6 to 3.10 with pip: install one, or pyenv with one';
}

/** What the machine's Python brings, from 3.38 on; in words why it is not available. */
export async function findPythonSqlite(): Promise<PythonSqlite | string> {
  const found = { python: 'python3', module: 'sqlite3', env: process.env } as const;
  const version = await versionOf(found);
  if (version === null) return 'python3 with its sqlite3 is not on PATH: install it';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major === 3 && minor < OLDEST_MINOR
    ? `python3 has SQLite ${version}: install one with 3.38 or newer`
    : { ...found, version };
}

async function pythons(): Promise<string[]> {
  const names = ['python3', ...[10, 9, 8, 7, 6].map((minor) => `python3.${minor}`)];
  const root = process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv');
  const versions = await readdir(join(root, 'versions')).catch(() => []);
  return [...names, ...versions.map((version) => join(root, 'versions', version, 'bin', 'python'))];
}

/** `cp310`; null when apsw's wheels do not fit. */
async function tag(python: string): Promise<string | null> {
  const { code, output } = await runProgram(python, ['-c', 'import sys, pip; print(*sys.version_info[:2])']);
  const [major, minor] = output.trim().split(' ').map(Number);
  const fits = code === 0 && major === 3 && minor !== undefined && minor >= 6 && minor <= 10;
  return fits ? `cp3${minor}` : null;
}

async function versionOf({ python, module, env }: Omit<PythonSqlite, 'version'>): Promise<string | null> {
  const ask = module === 'apsw' ? 'apsw.sqlitelibversion()' : 'sqlite3.sqlite_version';
  const { code, output } = await runProgram(python, ['-c', `import ${module}; print(${ask})`], { env });
  return code === 0 ? output.trim() : null;
}
