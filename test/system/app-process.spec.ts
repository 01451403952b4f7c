import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { describeOn, ONE_BY_DAY } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

describeOn(ONE_BY_DAY, 'An app as a process', (pair) => {
  let world: World;

  beforeAll(async () => {
    world = await World.create('app-process', pair);
  });
  afterAll(() => world?.end());

  it('ends with a message that names PORT when its port is taken', async () => {
    const fleet = await world.fleet();
    const server = createServer().listen(new URL(fleet.url).port);
    await once(server, 'listening');
    fleet.start();
    await fleet.process.end();
    server.close();
    expect(fleet.process.ended).toBe(1);
    expect(fleet.process.logTail()).toMatch(/cannot start\. .*port \d+.*PORT/);
  });

  it('ends by itself on SIGTERM, cleanly', async () => {
    const fleet = await world.fleet();
    await fleet.startReady();
    await fleet.process.stop();
    expect(fleet.process.ended).not.toBe('SIGKILL');
    expect(fleet.process.logTail()).not.toMatch(/ERROR/);
  });

  it('does not outlive whoever started it, even after kill -9', async () => {
    const main = join(import.meta.dirname, '../support/starter-main.ts');
    const starter = spawn(process.execPath, [main], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(starter.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(isAlive(pid)).toBe(true);
    starter.kill('SIGKILL');
    await eventually(() => !isAlive(pid));
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended stays listed until somebody collects it; in a container often nobody does.
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    return error instanceof Error && 'path' in error && process.platform !== 'linux';
  }
}
