import { beforeEach, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
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
});
