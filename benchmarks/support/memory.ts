import { readFileSync } from 'node:fs';

/** Resident memory of a process in KiB, now. */
export function residentKiB(pid: number | undefined): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
}
