import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { taskPlace } from '@nestjs-spark/contracts/internal';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { MemoryBoard, MemoryChangeLog, MemoryKeys, MemoryLeases, MemoryLogger } from '@nestjs-spark/testing';
import { stores } from '../conformance/adapters/stores.ts';
import type { OpenStore, StoreUnderTest } from '../conformance/adapters/store-under-test.ts';

const TASK = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
const FIXTURE = join(import.meta.dirname, 'fixtures/landed-requester.json');

interface Landed {
  states: { id: string; collection: string; value: Record<string, unknown> }[];
  documents: { id: string; collection: string; fields: string; metadata: string }[];
  log: {
    created: string;
    last: number;
    messages: { sequence: number; headers: Record<string, string>; payload: string }[];
  };
}

/**
 * What the first landed version left of a requester that had stopped with one message still to apply: written by running that
 * version, on SQLite, and never by the code under test.
 */
const landed = JSON.parse(readFileSync(FIXTURE, 'utf8')) as Landed;
const checkpoint = landed.states.find(({ collection }) => collection === 'SparkCheckpoints')?.value;

for (const store of stores) {
  describeWithServers(store.needs, `records of the landed version in ${store.name}`, () => goesOn(store));
}

function goesOn(store: StoreUnderTest): void {
  describe('A requester', () => {
    let open: OpenStore;
    let board: MemoryBoard;
    let requester: ApplySupervisor;

    beforeEach(async () => {
      open = await store.open();
      for (const { id, collection, value } of landed.states)
        await open.state().write(id, collection, value, null);
      for (const { id, collection, fields, metadata } of landed.documents)
        await open.putText(id, collection, fields, metadata);
      const log = new MemoryChangeLog();
      const messages = landed.log.messages.map((message) => ({
        ...message,
        payload: Buffer.from(message.payload, 'base64'),
      }));
      log.open(taskPlace(TASK)).restore({ ...landed.log, messages });
      board = new MemoryBoard();
      const keys = new MemoryKeys();
      keys.older.add('Fleet');
      requester = new ApplySupervisor({
        sink: open.target(),
        state: open.state(),
        log,
        control: board,
        leases: new MemoryLeases(),
        source: {
          ask: async () => ({ sourceEtag: 11, databaseId: 'db-1' }),
          sendAgain: async () => undefined,
        },
        verifier: keys,
        logger: new MemoryLogger(),
      });
      requester.assign('Fleet', [{ key: TASK, collection: 'Cars', fingerprint: 'f1' }]);
    });
    afterEach(async () => {
      await requester.stop();
      await open.drop();
    });

    it('goes on where it stood: reads nothing again, loses nothing, and applies what comes next', async () => {
      const report = () => requester.reports()[0];
      await eventually(() => expect(report()).toMatchObject({ appliedEtag: 11, complete: true }));
      expect(report()).toMatchObject({
        generation: 2,
        setsApplied: 6,
        documentsPut: 6,
        documentsDeleted: 1,
        resyncsRequested: 0,
        setAside: 1,
      });
      expect([...board.values.keys()].filter((subject) => subject.endsWith('.resync'))).toEqual([]);
      expect((await open.ids('cars/')).toSorted()).toEqual(['cars/1', 'cars/2', 'cars/3', 'cars/9']);
      expect(JSON.parse((await open.text('cars/1')) ?? 'null')).toMatchObject({
        V: 1,
        '@metadata': { 'spark-etag': 1 },
      });
      const { documents } = await listSetAside(open.state(), 'Fleet/HR/Cars');
      expect(documents).toMatchObject([{ documentId: 'cars/9', kind: 'not-a-copy', etag: 3 }]);
    });

    it('leaves a checkpoint behind that the landed version reads', async () => {
      await eventually(() => expect(requester.reports()[0]).toMatchObject({ appliedEtag: 11 }));
      const stored = await open.state().read('sparkCheckpoints/fleet/hr/cars');
      expect(stored?.value).toMatchObject({
        ...checkpoint,
        to: 11,
        sequence: 6,
        setsApplied: 6,
        documentsPut: 6,
        readAt: expect.any(Number),
        appliedAt: expect.any(Number),
      });
      expect(stored?.value).not.toHaveProperty('name');
    });
  });
}
