import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { taskPlace } from '@nestjs-spark/contracts/internal';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { MemoryBoard, MemoryChangeLog, MemoryLeases, MemoryLogger } from '@nestjs-spark/testing';
import { stores } from '../conformance/adapters/stores.ts';
import type { OpenStore, StoreUnderTest } from '../conformance/adapters/store-under-test.ts';

/** Everything below is written out as commit ccde689 wrote it: nothing of it is computed by the code under test. */
const TASK = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
const CREATED = '2026-01-01T00:00:00Z';

const CHECKPOINT = {
  task: { owner: 'Fleet', requester: 'HR', name: 'Cars' },
  generation: 2,
  incarnation: 'a1b2',
  databaseId: 'db-1',
  ids: 'ravendb',
  beyondAscii: false,
  foundByRule: true,
  to: 7,
  live: true,
  script: 'f1',
  witness: { number: 1, mark: 'm' },
  sequence: 3,
  streamCreated: CREATED,
  swept: true,
  setsApplied: 5,
  documentsPut: 6,
  documentsDeleted: 1,
  readAt: 1_700_000_000_000,
  appliedAt: 1_700_000_000_001,
};

const REFUSED = {
  documentId: 'cars/9',
  etag: 6,
  reason: 'a field is too long',
  kind: 'refused',
  line: null,
  column: null,
  generation: 2,
  incarnation: 'a1b2',
  ids: 'ravendb',
  task: { owner: 'Fleet', requester: 'HR', name: 'Cars' },
  at: 1_700_000_000_000,
  firstAt: 1_700_000_000_000,
  count: 1,
};

/** The change set from etag 8 to 9: one put of `cars/3`. */
const MESSAGE = {
  sequence: 4,
  headers: {
    'Spark-Format': '1',
    'Spark-Set':
      '{"task":{"owner":"Fleet","requester":"HR","name":"Cars"},"generation":2,"incarnation":"a1b2","databaseId":"db-1","ids":"ravendb","from":8,"to":9,"began":3,"live":true,"witness":{"number":1,"mark":"m"},"script":"f1","resync":null,"readAt":1700000000000}',
  },
  payload: Buffer.from(
    'UAkiY2Fycy8zIgl7IlYiOjMsIkBtZXRhZGF0YSI6eyJAY29sbGVjdGlvbiI6IkNhcnMiLCJzcGFyay1zb3VyY2UiOiJGbGVldC9jYXJzLzMiLCJzcGFyay1ldGFnIjo5LCJzcGFyay1nZW5lcmF0aW9uIjoiSFIvY2FyczoyIn19',
    'base64',
  ),
};

const copyOf = (id: string, etag: number): Record<string, string> => ({
  'spark-source': `Fleet/${id}`,
  'spark-etag': String(etag),
  'spark-generation': 'HR/cars:2',
});

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
      await open.state().write('sparkCheckpoints/fleet/hr/cars', 'SparkCheckpoints', CHECKPOINT, null);
      await open.state().write('sparkSetAside/fleet/hr/cars/a1b2/cars/9', 'SparkSetAside', REFUSED, null);
      await open.put('cars/1', 'Cars', '{"V":1}', copyOf('cars/1', 4));
      await open.put('cars/2', 'Cars', '{"V":2}', copyOf('cars/2', 7));
      const log = new MemoryChangeLog();
      log.open(taskPlace(TASK)).restore({ created: CREATED, last: 4, messages: [MESSAGE] });
      board = new MemoryBoard();
      requester = new ApplySupervisor({
        sink: open.target(),
        state: open.state(),
        log,
        control: board,
        leases: new MemoryLeases(),
        source: {
          ask: async () => ({ sourceEtag: 9, databaseId: 'db-1' }),
          sendAgain: async () => undefined,
        },
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
      await eventually(() => expect(report()).toMatchObject({ appliedEtag: 9, complete: true }));
      expect(report()).toMatchObject({
        generation: 2,
        setsApplied: 6,
        documentsPut: 7,
        documentsDeleted: 1,
        resyncsRequested: 0,
        setAside: 1,
      });
      expect([...board.values.keys()].filter((subject) => subject.endsWith('.resync'))).toEqual([]);
      expect((await open.ids('cars/')).toSorted()).toEqual(['cars/1', 'cars/2', 'cars/3']);
      expect(JSON.parse((await open.text('cars/1')) ?? 'null')).toMatchObject({
        V: 1,
        '@metadata': { 'spark-etag': '4' },
      });
      const { documents } = await listSetAside(open.state(), 'Fleet/HR/Cars');
      expect(documents).toMatchObject([{ documentId: 'cars/9', reason: 'a field is too long' }]);
    });

    it('leaves a checkpoint behind that the landed version reads', async () => {
      await eventually(() => expect(requester.reports()[0]).toMatchObject({ appliedEtag: 9 }));
      const stored = await open.state().read('sparkCheckpoints/fleet/hr/cars');
      expect(stored?.value).toMatchObject({
        ...CHECKPOINT,
        to: 9,
        sequence: 4,
        setsApplied: 6,
        documentsPut: 7,
        appliedAt: expect.any(Number),
      });
      expect(stored?.value).not.toHaveProperty('name');
    });
  });
}
