import { afterEach, describe, expect, it } from '@jest/globals';
import type { Etag } from '@nestjs-spark/contracts';
import { eventually } from '@nestjs-spark/servers/testing';
import { TailWatch } from './tail-watch.ts';

const NOBODY = { urls: ['http://127.0.0.1:9'], database: 'none' };
const NEVER = 3_600_000;

describe('who waits for the next change', () => {
  const watches: TailWatch[] = [];
  afterEach(() => Promise.all(watches.splice(0).map((watch) => watch.close())));

  function watchOf(lastEtag: () => Promise<Etag>, pollMs: number): TailWatch {
    const watch = new TailWatch(NOBODY, lastEtag, pollMs);
    watches.push(watch);
    return watch;
  }

  it('is woken by what changed before, whether or not a word of it came', async () => {
    const watch = watchOf(async () => 8, NEVER);
    await watch.wait(7, new AbortController().signal);
    await watch.wait(7, new AbortController().signal, watch.heard);
  });

  it('is woken although another has looked in vain at the same time', async () => {
    const first = Promise.withResolvers<Etag>();
    let looks = 0;
    const watch = watchOf(() => (++looks === 1 ? first.promise : Promise.resolve(8)), NEVER);
    const other = new AbortController();
    const others = watch.wait(7, other.signal);
    await eventually(() => expect(looks).toBe(1));
    const waiting = watch.wait(7, new AbortController().signal);
    first.resolve(7);
    await waiting;
    other.abort();
    await others;
  });

  it('goes on waiting while the server is away, and is woken when it is back', async () => {
    let looks = 0;
    const watch = watchOf(() => (++looks < 3 ? Promise.reject(new Error('away')) : Promise.resolve(8)), 1);
    await watch.wait(7, new AbortController().signal);
    expect(looks).toBe(3);
  });

  it('waits no longer when it is closed, nor begins to, and nobody looks any more', async () => {
    let looks = 0;
    const watch = watchOf(async () => (looks++, 7), 1);
    const { signal } = new AbortController();
    const waiting = watch.wait(7, signal);
    await watch.close();
    await waiting;
    const before = looks;
    await watch.wait(7, signal);
    expect(looks).toBe(before);
  });
});
