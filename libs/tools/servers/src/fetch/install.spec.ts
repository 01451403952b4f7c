import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { put, scratch } from '../fixtures/scratch.ts';
import { eventually } from '../../testing/eventually.ts';
import { tryLock } from './lock.ts';

const program = fileURLToPath(new URL('../fixtures/install-once.ts', import.meta.url));

async function install(...args: string[]): Promise<number | null> {
  const [code] = (await once(spawn(process.execPath, [program, ...args]), 'close')) as [number | null];
  return code;
}

describe('an installation', () => {
  it('is done once by two processes that want it at the same time', async () => {
    const folder = scratch();
    const [target, journal] = [join(folder, 'server'), join(folder, 'journal')];
    expect(await Promise.all([install(target, journal), install(target, journal)])).toEqual([0, 0]);
    expect(readdirSync(target).toSorted()).toEqual(['first', 'second']);
    expect(readFileSync(journal, 'utf8')).toBe('filled\n');
    expect(readdirSync(folder).toSorted()).toEqual(['journal', 'server']);
  });

  it('that was killed half-way is absent, and the next one completes and cleans up', async () => {
    const folder = scratch();
    const [target, journal] = [join(folder, 'server'), join(folder, 'journal')];
    await install(target, journal, 'die');
    expect(existsSync(target)).toBe(false);
    expect(await install(target, journal)).toBe(0);
    expect(readdirSync(target).toSorted()).toEqual(['first', 'second']);
    expect(readdirSync(folder).toSorted()).toEqual(['journal', 'server']);
  });
});

describe('a lock', () => {
  it('names its living holder and is free after the release', async () => {
    const file = join(scratch(), 'lock');
    const held = await tryLock(file);
    expect(await tryLock(file)).toBe(process.pid);
    if (typeof held !== 'number') held.release();
    expect(await tryLock(file)).not.toBe(process.pid);
  });

  it('of a process that is gone is taken over', async () => {
    const gone = spawn(process.execPath, ['--version']);
    await once(gone, 'close');
    const file = put(join(scratch(), 'lock'), String(gone.pid));
    expect(typeof (await tryLock(file))).toBe('object');
  });

  it('of a process that has ended is taken over though nobody has reaped it', async () => {
    // A program that did not start the other one does not ask how it ended.
    const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [pid] = (await once(parent.stdout.setEncoding('utf8'), 'data')) as [string];
      const file = put(join(scratch(), 'lock'), pid.trim());
      await eventually(async () => typeof (await tryLock(file)) !== 'number');
    } finally {
      parent.kill('SIGKILL');
    }
  });

  it('of a process that is gone is taken over when another one has its number', async () => {
    const file = put(join(scratch(), 'lock'), `${process.pid} 1`);
    expect(typeof (await tryLock(file))).toBe('object');
  });

  it('of a process that is gone is taken over by one of many that see it at once', async () => {
    for (let round = 0; round < 20; round++) {
      const folder = scratch();
      const file = put(join(folder, 'lock'), `${process.pid} 1`);
      const taken = await Promise.all(Array.from({ length: 20 }, () => tryLock(file)));
      const held = taken.filter((one) => typeof one !== 'number');
      expect(held).toHaveLength(1);
      expect(readdirSync(folder)).toEqual(['lock']);
      held[0]?.release();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('of a process that was killed while it took over from another is taken over', async () => {
    const folder = scratch();
    const file = put(join(folder, 'lock'), `${process.pid} 1`);
    const heirs = `${file}.${createHash('sha256').update(`${process.pid} 1`).digest('hex').slice(0, 16)}`;
    put(heirs, `${process.pid} 2`);
    expect(typeof (await tryLock(file))).toBe('object');
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it("that has become another process's meanwhile is not removed by the release", async () => {
    const file = join(scratch(), 'lock');
    const held = await tryLock(file);
    put(file, `${process.ppid}`);
    if (typeof held !== 'number') held.release();
    expect(readFileSync(file, 'utf8')).toBe(`${process.ppid}`);
  });
});
