import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Holds a lock file until released. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes a lock file that names its holder's process, or answers the living holder's process id. A holder that is gone
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
      await handle.writeFile(String(process.pid));
      await handle.close();
      return { release: () => rm(file, { force: true }) };
    }
    const holder = await readHolder(file);
    if (holder !== undefined && isAlive(holder)) return holder;
    await rm(file, { force: true });
  }
}

/** Waits for the lock while another process that is alive holds it; says so once. */
export async function lock(file: string, say: (line: string) => void): Promise<Lock> {
  for (let said = false; ; said = true) {
    const taken = await tryLock(file);
    if (typeof taken !== 'number') return taken;
    if (!said) say(`Waiting for process ${taken}, which is at the same (${file})`);
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

async function readHolder(file: string): Promise<number | undefined> {
  const read = () => readFile(file, 'utf8').catch(() => '');
  // The file is empty for the moment between its making and the writing of the process id.
  const text = (await read()) || (await wait(100).then(read));
  return /^\d+$/.test(text) ? Number(text) : undefined;
}
