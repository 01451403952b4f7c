import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** A lock file that is held until released. */
export interface Lock {
  /** A file that someone else has taken over in the meantime stays. */
  release(): void;
}

/**
 * Takes a lock file that names its holder's process and start time, or returns the living holder's process id. A holder that died
 * without releasing does not keep the lock.
 *
 * Several processes may notice a dead holder at the same time, and the slowest of them must not remove what the fastest has
 * created since. So only the holder of a second lock, named after the dead holder, may remove the file, and only while it still
 * contains that holder's text. No text is ever written twice, so nobody else writes or removes it meanwhile. A holder that dies
 * while holding the second lock is succeeded in the same way.
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

/** The file appears with its text or not at all: nobody reads a lock that does not name its holder yet. */
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

/** Waits for the lock while another living process holds it; logs that once. */
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

/** The process has ended, and its id stays until its parent collects the exit status. */
const ZOMBIE = 'Z';

interface Holder {
  pid: number;
  /** Its start time, as reported by the system; empty if unavailable. */
  start: string;
}

/** A process id may have been reused. */
async function isSame({ pid, start }: Holder): Promise<boolean> {
  const found = await startOf(pid);
  return found !== ZOMBIE && (start === '' || start === found);
}

/** In ticks since boot, as reported by Linux (proc_pid_stat(5), starttime); for a process that has not been reaped, its state. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program comes before, in parentheses, and may contain anything.
  const [state = '', ...figures] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return state === ZOMBIE ? ZOMBIE : (figures[18] ?? '');
}

function readHolder(text: string): Holder | undefined {
  const [, pid, start = ''] = /^(\d+)(?: (\d*))?(?: \S+)?$/.exec(text) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), start };
}
