import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Holds a lock file until released. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes a lock file that names its holder's process, and when that started, or answers the living holder's process id. A holder that is gone
 * without releasing does not keep the lock.
 */
export async function tryLock(file: string): Promise<Lock | number> {
  await mkdir(dirname(file), { recursive: true });
  for (;;) {
    const handle = await open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return undefined;
      throw error;
    });
    if (handle) {
      await handle.writeFile(`${process.pid} ${await startOf(process.pid)}`.trim());
      await handle.close();
      return { release: () => rm(file, { force: true }) };
    }
    const holder = await readHolder(file);
    if (holder && isAlive(holder.pid) && (await isSame(holder))) return holder.pid;
    await rm(file, { force: true });
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

interface Holder {
  pid: number;
  /** When it started, as the system says it; empty where the system does not. */
  start: string;
}

/** A process id may have been reused. */
async function isSame({ pid, start }: Holder): Promise<boolean> {
  return start === '' || start === (await startOf(pid));
}

/** In ticks since the machine started, as Linux says it (proc_pid_stat(5), starttime). */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name of the program comes before, in brackets, and may have anything in it.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

async function readHolder(file: string): Promise<Holder | undefined> {
  const read = () => readFile(file, 'utf8').catch(() => '');
  // The file is empty for the moment between its making and the writing of the process id.
  const text = (await read()) || (await wait(100).then(read));
  const [, pid, start = ''] = /^(\d+)(?: (\d+))?$/.exec(text) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), start };
}
