import { readFileSync } from 'node:fs';

/** Resident memory of a process in KiB, now. */
export function residentKiB(pid: number | undefined): number {
  return read(pid, 'VmRSS');
}

/** What of that is its own: the rest is the program of Node, which is in memory once for all processes. */
export function ownKiB(pid: number | undefined): number {
  return read(pid, 'RssAnon');
}

function read(pid: number | undefined, name: string): number {
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
