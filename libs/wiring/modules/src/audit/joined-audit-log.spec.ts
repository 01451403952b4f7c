import { beforeEach, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { AuditLog } from '@nestjs-spark/contracts/internal';
import { MemoryState } from '@nestjs-spark/testing';
import type { AuditEntry } from './audit-entry.ts';
import { AuditStore } from './audit-store.ts';
import { JoinedAuditLog } from './joined-audit-log.ts';

const MOST = 200;
let shared: MemoryState;
let own: MemoryState;
let joined: JoinedAuditLog;

beforeEach(() => {
  shared = new MemoryState();
  own = new MemoryState();
  joined = joinedWith({ restMs: 0 });
});

function joinedWith(settings: { restMs?: number }): JoinedAuditLog {
  const [first, second] = [shared, own].map((state) => new AuditStore(state, { most: MOST }));
  return new JoinedAuditLog(first as AuditStore, second as AuditStore, settings);
}

function entry(second: number): AuditEntry {
  return {
    at: new Date(second * 1_000).toISOString(),
    who: 'HR',
    claimed: 'HR',
    method: 'POST',
    path: `/${second}`,
    decision: 'allowed',
    status: 200,
    reason: null,
    repeated: 0,
  };
}

const pathsOf = (entries: readonly unknown[]): string[] => entries.map((one) => (one as AuditEntry).path);

describe('Two audit logs as one', () => {
  it('have an entry in the first that takes it, and list those of both, the newest first', async () => {
    await joined.add(entry(1));
    shared.away = true;
    await joined.add(entry(2));
    shared.away = false;
    await joined.add(entry(3));
    expect(await own.list('')).toHaveLength(1);
    const { entries, total } = await joined.newest(0, 10);
    expect(pathsOf(entries)).toEqual(['/3', '/2', '/1']);
    expect(total).toBe(3);
  });

  it('do not wait again and again for the first while it does not answer', async () => {
    joined = joinedWith({});
    shared.away = true;
    await joined.add(entry(1));
    shared.away = false;
    await joined.add(entry(2));
    expect(await own.list('')).toHaveLength(2);
  });

  it('have every page as one list would, wherever its entries are', async () => {
    const expected: string[] = [];
    for (let second = 60; second > 0; second--) {
      shared.away = second % 4 === 1;
      await joined.add(entry(second));
      expected.push(`/${second}`);
    }
    shared.away = false;
    for (let skip = 0; skip < 65; skip += 5)
      expect(pathsOf((await joined.newest(skip, 5)).entries)).toEqual(expected.slice(skip, skip + 5));
  });

  it('list what one has while the other is away, without a total', async () => {
    await joined.add(entry(1));
    shared.away = true;
    await joined.add(entry(2));
    expect(await joined.newest(0, 10)).toEqual({ entries: [entry(2)], total: null });
    own.away = true;
    await expect(joined.newest(0, 10)).rejects.toThrow(UnavailableError);
    shared.away = false;
    expect(await joined.newest(0, 10)).toEqual({ entries: [entry(1)], total: null });
  });

  it('show an entry once that was stored although its answer was lost', async () => {
    await new AuditStore(shared).add(entry(1));
    await new AuditStore(own).add(entry(1));
    expect((await joined.newest(0, 10)).entries).toEqual([entry(1)]);
  });

  it('page through equal times, doubles, and clocks that differ, with each entry once', async () => {
    const at = (path: string, second: number): AuditEntry => ({ ...entry(second), path });
    const lists = [
      { first: ['d', 'c', 'b', 'a'].map((path) => at(path, 1)), second: [at('x', 1)] },
      {
        first: Array.from({ length: 12 }, (_, n) => at(`s${n}`, 50 - n)),
        second: [50, 48, 46].map((second) => at(`s${50 - second}`, second)),
      },
      { first: [at('s5', 5), at('s9', 9), at('s4', 4), at('s3', 3)], second: [at('own', 4.5)] },
      { first: [null, { odd: 1 }, 'text', at('s0', 9), at('s1', 8)], second: [at('own', 10)] },
    ];
    const logOf = (entries: readonly unknown[]): AuditLog => ({
      add: () => Promise.resolve(),
      newest: (skip, take) =>
        Promise.resolve({ entries: entries.slice(skip, skip + take), total: entries.length }),
    });
    for (const { first, second } of lists)
      for (const take of [1, 2, 4]) {
        const log = new JoinedAuditLog(logOf(first), logOf(second));
        const paged: unknown[] = [];
        for (let skip = 0; skip < 20; skip += take) paged.push(...(await log.newest(skip, take)).entries);
        const expected = new Set(
          [...first, ...second].flatMap((one) =>
            one && typeof one === 'object' && 'path' in one ? [one.path] : [],
          ),
        );
        expect(pathsOf(paged).toSorted()).toEqual([...expected].toSorted());
        expect(paged).toEqual((await log.newest(0, 20)).entries);
      }
  });
});
