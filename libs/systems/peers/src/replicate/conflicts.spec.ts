import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ConflictRow, listConflicts } from '@nestjs-spark/sqlite/internal';
import { Log, ReplicaFile, settle } from '../../testing/replica-file.ts';
import type { ConflictResolver } from '../merge/resolve.ts';
import { conflictView } from '../report/conflict-view.ts';

const ID = 'notes/1';

describe('a document that was changed on two replicas at once', () => {
  let folder: string;
  let log: Log;
  const opened: ReplicaFile[] = [];

  const begin = (name: string, resolver: ConflictResolver<object> | null): Promise<ReplicaFile> => {
    const node = new ReplicaFile(folder, name, resolver);
    opened.push(node);
    return node.begin();
  };
  const saying = (title: string, version: number): ConflictResolver<object> => ({
    version,
    resolve: () => ({ type: 'put', document: { Title: title } }),
  });
  const throwing: ConflictResolver<object> = {
    version: 1,
    resolve: () => {
      throw new Error('no idea');
    },
  };
  const conflictsOf = (node: ReplicaFile): Promise<ConflictRow[]> =>
    node.database.read((file) => listConflicts(file, 'Notes'));
  const titles = async (nodes: readonly ReplicaFile[]): Promise<string[]> => {
    const seen = await Promise.all(nodes.map((node) => node.notes.get(ID)));
    return [...new Set(seen.map((note) => note?.title ?? 'none'))];
  };
  /** Has both write without hearing of each other. */
  const meet = async (one: ReplicaFile, other: ReplicaFile): Promise<void> => {
    await one.notes.put(ID, { title: 'one' });
    await settle(log, [one, other]);
    await one.notes.put(ID, { title: 'by one' });
    await other.notes.put(ID, { title: 'by other' });
    await settle(log, [one, other]);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'spark-peers-conflicts-'));
    log = new Log();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ database }) => database.close()));
    rmSync(folder, { recursive: true });
  });

  it('exists again as a whole when it was deleted on one and changed later on the other', async () => {
    const nodes = [await begin('a', null), await begin('b', null)] as const;
    await nodes[0].notes.put(ID, { title: 'one' });
    await settle(log, nodes);
    await nodes[0].notes.delete(ID);
    await nodes[1].notes.put(ID, { title: 'changed' });
    await settle(log, nodes);
    expect(await titles(nodes)).toEqual(['changed']);
    for (const node of nodes)
      expect(await conflictsOf(node)).toMatchObject([{ recordId: ID, ended: null, resolutions: [] }]);
  });

  it('shows the later change when the resolver throws everywhere, and the conflict stays open and says why', async () => {
    const nodes = [await begin('a', throwing), await begin('b', throwing)] as const;
    await meet(...nodes);
    expect(await titles(nodes)).toEqual(['by other']);
    for (const node of nodes) {
      const [conflict] = await conflictsOf(node);
      expect(conflict).toMatchObject({ ended: null, resolutions: [] });
      expect(conflict && conflictView(conflict, throwing).reason).toBe('the resolver failed: no idea');
    }
  });

  it('is settled once one node is updated to a working resolver, even if the old one continues to run', async () => {
    const [a, b] = [await begin('a', throwing), await begin('b', throwing)];
    await meet(a, b);
    await b.database.close();
    const updated = await begin('b', saying('settled', 2));
    expect(await updated.store.proposeForOthers(Infinity)).toBe(1);
    await settle(log, [a, updated]);
    expect(await titles([a, updated])).toEqual(['settled']);
  });

  it('is settled again by the next version of a resolver, node by node, and never reverts', async () => {
    const [a, b] = [await begin('a', saying('first', 1)), await begin('b', saying('first', 1))];
    await meet(a, b);
    expect(await titles([a, b])).toEqual(['first']);
    await b.database.close();
    const updated = await begin('b', saying('second', 2));
    expect(await updated.store.proposeForOthers(Infinity)).toBe(1);
    await settle(log, [a, updated]);
    expect(await titles([a, updated])).toEqual(['second']);
    expect(await a.store.proposeForOthers(Infinity)).toBe(0);
    await a.database.close();
    const both = [await begin('a', saying('second', 2)), updated];
    await settle(log, both);
    expect(await both[0]?.store.proposeForOthers(Infinity)).toBe(0);
    expect(await titles(both)).toEqual(['second']);
  });
});
