import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const EVERY_MS = 1_000;

/**
 * Resolves when the process that started this one is gone. npm puts a shell in between, which outlives a killed npm, so the
 * shell's parent is watched too (where /proc is available).
 */
export async function starterGone(signal: AbortSignal): Promise<void> {
  const before = starters();
  while (starters() === before) await pause(EVERY_MS, undefined, { signal, ref: false });
}

function starters(): string {
  const shell = process.ppid;
  const npm = process.env['npm_lifecycle_event'] === undefined ? undefined : parentOf(shell);
  return `${npm} ${shell}`;
}

function parentOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
  } catch {
    return undefined;
  }
}
