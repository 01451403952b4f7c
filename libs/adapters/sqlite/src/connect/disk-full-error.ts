import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UnavailableError } from '@nestjs-spark/contracts';

const MEBIBYTE = 1024 * 1024;
// What SQLite writes before it looks at its log again (`wal_autocheckpoint`).
const ROOM = 4 * MEBIBYTE;

/** Nothing can be written until there is room on the disk. Reading continues; writing resumes automatically. */
export class DiskFullError extends UnavailableError {
  constructor(path: string, options?: ErrorOptions) {
    const needed = `${MEBIBYTES.format(wanted(path) / MEBIBYTE)} MiB`;
    super(`The disk of ${path} is full: ${needed} must be free there, and ${freeWords(path)}`, options);
    this.name = 'DiskFullError';
  }
}

const MEBIBYTES = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** How much a disk has left for this process; null when it does not say. */
export function freeBytes(path: string): number | null {
  try {
    const { blocks, bavail, bsize } = statfsSync(dirname(path));
    // What is no disk, such as /proc, has no room to be full.
    return blocks === 0 ? null : bavail * bsize;
  } catch {
    return null;
  }
}

function freeWords(path: string): string {
  const free = freeBytes(path);
  return free === null ? 'it does not say how much is' : `${MEBIBYTES.format(free / MEBIBYTE)} MiB are`;
}

/** The log is to fit into the file beside it, and then there must be room to write on. */
function wanted(path: string): number {
  return ROOM + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);
}
