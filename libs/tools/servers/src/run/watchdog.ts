import { moduleBeside } from '@nestjs-spark/foundation/internal';
import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** What the parent tells its watchdog: what to clean up, and what no longer. */
export type WatchdogNews =
  | { started: number }
  | { ended: number }
  | { temporary: string }
  | { removed: string }
  | { key: string; command: readonly string[] }
  | { done: string };

let pipe: Writable | undefined;

/**
 * Notifies the watchdog, a separate process that briefly outlives this one: when this process ends in any way (Ctrl-C, a crash,
 * kill -9), it stops the remaining servers and removes temporary folders.
 */
export function tellWatchdog(news: WatchdogNews): void {
  pipe ??= startWatchdog();
  pipe.write(`${JSON.stringify(news)}\n`);
}

function startWatchdog(): Writable {
  const file = fileURLToPath(moduleBeside(import.meta.url, './watchdog-main'));
  const child = spawn(process.execPath, [file], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env['PATH'] },
  });
  child.unref();
  child.stdin.on('error', () => {
    pipe = undefined;
  });
  if ('unref' in child.stdin && typeof child.stdin.unref === 'function') child.stdin.unref();
  return child.stdin;
}
