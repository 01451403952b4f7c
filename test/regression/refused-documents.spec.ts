import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { taskName, type ChangeCommand, type TaskKey } from '@nestjs-spark/contracts';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { SettingAside } from '@nestjs-spark/streaming/internal';
import type { OpenStore } from '../conformance/adapters/store-under-test.ts';
import { stores } from '../conformance/adapters/stores.ts';
import { checkpointAt, copyWith, TRIALS } from './refused-documents.ts';

const SILENT = { debug() {}, log() {}, warn() {}, error() {} };
const TASK: TaskKey = { owner: 'Fleet', requester: 'HR', name: 'Cars' };

/** A document that its store cannot look up is not there. */
const textOf = (open: OpenStore, id: string): Promise<string | null> =>
  open.text(id).then(
    (text) => text ?? null,
    () => null,
  );

for (const store of stores) {
  const fateOf = store.name === 'RavenDB' ? 'ravendb' : 'sqlite';
  describeWithServers(store.needs, `On ${store.name} a document with`, () => {
    let open: OpenStore;
    let target: SettingAside;
    let to = 0;
    let version: string | null = null;

    beforeAll(async () => {
      open = await store.open();
      target = new SettingAside(TASK, open.target(), open.state(), SILENT);
    });
    afterAll(() => open?.drop());

    const apply = async (...commands: ChangeCommand[]): Promise<void> => {
      to += 10;
      version = await target.apply(commands, checkpointAt(TASK, to), version);
    };
    const listed = async (): Promise<string[]> =>
      (await listSetAside(open.state(), taskName(TASK))).documents.map(
        ({ copyId, documentId }) => copyId ?? documentId,
      );

    it.each(TRIALS)(
      '$what is stored as it is, or set aside, and the rest of its set arrives',
      async (trial) => {
        const { id = 'cars/x', document, also = [] } = trial;
        const before = put(`before/${to}`, copyWith('"V":1'));
        const after = put(`after/${to}`, copyWith('"V":1'));
        await apply(before, put(id, document), ...also, after);
        const isStored = (await textOf(open, id)) !== null;
        expect({ isStored, listed: await listed(), count: target.count }).toEqual(
          trial[fateOf] === 'stored'
            ? { isStored: true, listed: [], count: 0 }
            : { isStored: false, listed: [id], count: 1 },
        );
        for (const one of [before, after]) expect(await textOf(open, one.id)).not.toBeNull();

        await apply(put(id, copyWith('"V":2')));
        const isRepaired = (await textOf(open, id)) !== null;
        expect(await listed()).toEqual(isRepaired ? [] : [id]);
        await apply({ type: 'delete', id });
        expect(await textOf(open, id)).toBeNull();
        expect(await listed()).toEqual([]);
        expect((await open.target().readCheckpoint(taskName(TASK)))?.checkpoint.to).toBe(to);
      },
    );
  });
}

function put(id: string, document: string): Extract<ChangeCommand, { type: 'put' }> {
  return { type: 'put', id, document };
}
