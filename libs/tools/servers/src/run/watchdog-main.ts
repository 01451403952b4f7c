import { rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from '../fetch/lock.ts';
import type { WatchdogNews } from './watchdog.ts';

// Its standard input is a pipe that only the parent holds: it ends when the parent ends, for whatever reason.
const pids = new Set<number>();
const folders = new Set<string>();
const commands = new Map<string, readonly string[]>();
const graceMs = 5_000;

for await (const line of createInterface({ input: process.stdin })) {
  const news = JSON.parse(line) as WatchdogNews;
  if ('started' in news) pids.add(news.started);
  else if ('ended' in news) pids.delete(news.ended);
  else if ('temporary' in news) folders.add(news.temporary);
  else if ('removed' in news) folders.delete(news.removed);
  else if ('command' in news) commands.set(news.key, news.command);
  else commands.delete(news.done);
}

for (const pid of pids) signal(pid, 'SIGTERM');
const deadline = Date.now() + graceMs;
while ([...pids].some(isAlive) && Date.now() < deadline) await wait(50);
for (const pid of pids) signal(pid, 'SIGKILL');
while ([...pids].some(isAlive) && Date.now() < deadline + graceMs) await wait(50);
for (const [program = '', ...args] of commands.values()) spawnSync(program, args, { stdio: 'ignore' });
for (const folder of folders) rmSync(folder, { recursive: true, force: true });

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has already ended.
  }
}
