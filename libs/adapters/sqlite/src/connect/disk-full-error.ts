import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { UnavailableError } from '@nestjs-spark/contracts';

const MEBIBYTE = 1024 * 1024;
// What SQLite writes before it checks its log again (`wal_autocheckpoint`).
const ROOM = 4 * MEBIBYTE;

/** Nothing can be written until there is room on the disk. Reads continue; writes resume automatically. */
export class DiskFullError extends UnavailableError {
  constructor(path: string, options?: ErrorOptions) {
    const needed = `${MEBIBYTES.format(wanted(path) / MEBIBYTE)} MiB`;
    super(`The disk of ${path} is full: ${needed} must be free there, and ${freeWords(path)}`, options);
    this.name = 'DiskFullError';
  }
}

const MEBIBYTES = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** The free disk space for this process; null when unknown. */
export function freeBytes(path: string): number | null {
  try {
    const { blocks, bavail, bsize } = statfsSync(dirname(path));
    // Pseudo file systems such as /proc have no capacity.
    return blocks === 0 ? null : bavail * bsize;
  } catch {
    return null;
  }
}

function freeWords(path: string): string {
  const free = freeBytes(path);
  return free === null ? 'it does not say how much is' : `${MEBIBYTES.format(free / MEBIBYTE)} MiB are`;
}

/** The log has to fit into the file beside it, plus some room to continue writing. */
function wanted(path: string): number {
  return ROOM + (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0);
}
