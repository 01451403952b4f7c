import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Holds a lock file until released. */
export interface Lock {
  /** A file that has become another's meanwhile stays. */
  release(): void;
}

/**
 * Takes a lock file that names its holder's process, and when that started, or answers the living holder's process id. A holder that is gone
 * without releasing does not keep the lock.
 *
 * Several may see at once that a holder is gone, and the slowest of them must not remove what the fastest has made since. So only who holds
 * a second lock may remove the file, one named after the holder that is gone, and only while that holder's text is still in it. A text is
 * never written twice, hence nobody else writes or removes it meanwhile. Who is gone while holding the second lock is followed in the same way.
 */
export async function tryLock(file: string): Promise<Lock | number> {
  await mkdir(dirname(file), { recursive: true });
  const own = `${process.pid} ${await startOf(process.pid)} ${randomUUID()}`;
  for (;;) {
    if (await writeOnce(file, own)) return { release: () => removeIf(file, own) };
    const text = textOf(file);
    if (text === undefined) continue;
    const holder = readHolder(text);
    if (holder && isAlive(holder.pid) && (await isSame(holder))) return holder.pid;
    const heir = await tryLock(`${file}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}`);
    if (typeof heir === 'number') return heir;
    try {
      removeIf(file, text);
    } finally {
      heir.release();
    }
  }
}

/** The file appears with its text, or not at all: nobody reads a lock that does not say yet whose it is. */
async function writeOnce(file: string, text: string): Promise<boolean> {
  const draft = `${file}.${randomUUID()}`;
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await link(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function removeIf(file: string, text: string): void {
  if (textOf(file) === text) rmSync(file, { force: true });
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Waits for the lock while another process that is alive holds it; says so once. */
export async function lock(file: string, say: (line: string) => void): Promise<Lock> {
  for (let said = false; ; said = true) {
    const taken = await tryLock(file);
    if (typeof taken !== 'number') return taken;
    if (!said) say(`Waiting for process ${taken}, which is already doing this (it holds ${file})`);
    await wait(200);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** It has ended, and its number stays until its parent asks how. */
const ZOMBIE = 'Z';

interface Holder {
  pid: number;
  /** When it started, as the system says it; empty where the system does not. */
  start: string;
}

/** A process id may have been reused. */
async function isSame({ pid, start }: Holder): Promise<boolean> {
  const found = await startOf(pid);
  return found !== ZOMBIE && (start === '' || start === found);
}

/** In ticks since the machine started, as Linux says it (proc_pid_stat(5), starttime); of a process that nobody has reaped, its state. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program comes before, in brackets, and may have anything in it.
  const [state = '', ...figures] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state === ZOMBIE ? ZOMBIE : (figures[18] ?? '');
}

function readHolder(text: string): Holder | undefined {
  const [, pid, start = ''] = /^(\d+)(?: (\d*))?(?: \S+)?$/.exec(text) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), start };
}
