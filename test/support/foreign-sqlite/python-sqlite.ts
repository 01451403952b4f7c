import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ForeignSqlite, Value } from './foreign-sqlite.ts';

const SERVE = join(import.meta.dirname, 'serve.py');

/** A Python with a module that brings an SQLite of its own. */
export interface PythonSqlite {
  readonly python: string;
  readonly module: 'apsw' | 'sqlite3';
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
}

/** Opens a file in another process. `ownNocase`: one that has redefined NOCASE for all letters. */
export async function openInPython(
  { python, module, env }: PythonSqlite,
  path: string,
  ownNocase = false,
): Promise<ForeignSqlite> {
  const child = spawn(python, [SERVE, module, path, ...(ownNocase ? ['own-nocase'] : [])], {
    env: { ...env, PYTHONIOENCODING: 'utf-8' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { version } = await answer<{ version: string }>(lines);
  return {
    version,
    async run(sql: string, ...parameters: Value[]) {
      child.stdin.write(`${JSON.stringify([sql, parameters])}\n`);
      const said = await answer<{ rows: Value[][]; error?: string }>(lines);
      if (said.error !== undefined) throw new Error(said.error);
      return said.rows;
    },
    close: () => end(child),
  };
}

async function answer<T>(lines: AsyncIterator<string>): Promise<T> {
  const { value, done } = await lines.next();
  if (done) throw new Error('Python ended without an answer');
  return JSON.parse(value) as T;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.stdin?.end();
  await once(child, 'close');
}
