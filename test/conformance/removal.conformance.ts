import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { VersionConflictError, type ChangeCommand } from '@nestjs-spark/contracts';
import type { ChangeSink } from '@nestjs-spark/contracts/internal';
import { listSetAside } from '@nestjs-spark/set-aside/internal';
import { forgetCopies } from '@nestjs-spark/streaming/internal';
import { checkpointOf } from '../support/checkpoint-of.ts';
import { put, remove } from '../support/copy-commands.ts';
import { settingAside, sweep } from '../support/sweep.ts';
import type { OpenSink, SinkUnderTest } from './adapters/store-under-test.ts';

const AT_ONCE = [1];

/** How copies that nobody wants any longer are removed, and what becomes of those that a store refuses to delete. */
export function removalConformance(store: SinkUnderTest): void {
  describe(`Copies that are to be removed from ${store.name}`, () => {
    let open: OpenSink;
    let target: ChangeSink;
    let number = 0;
    let name: string;
    let label: string;

    beforeAll(async () => {
      open = await store.open();
      target = open.target();
    });
    beforeEach(() => {
      name = `Fleet/HR/Task${++number}`;
      label = `HR/task${number}`;
    });
    afterAll(() => open.drop());

    const second = () => checkpointOf(name, { generation: 2, live: true });
    const forget = () => forgetCopies(target, name, AT_ONCE);

    it('are swept when they are of other generations, and nothing else is', async () => {
      const version = await target.apply(
        [
          put('sweep/old', '{}', `${label}:1`),
          put('sweep/older', '{}', `${label}:10`),
          put('sweep/new', '{}', `${label}:2`),
          put('sweep/other', '{}', 'HR/others:1'),
          put('sweep/longer', '{}', `${label}0:1`),
        ],
        second(),
        null,
      );
      await open.put('sweep/own', 'Cars', '{}');
      const stored = { checkpoint: second(), version };
      const swept = await sweep(target, open.state(), stored);
      expect(await open.ids('sweep/')).toEqual(['sweep/longer', 'sweep/new', 'sweep/other', 'sweep/own']);
      expect(swept.checkpoint).toEqual({ ...stored.checkpoint, swept: true, documentsDeleted: 2 });
      expect(await target.readCheckpoint(name)).toEqual(swept);
      expect((await sweep(target, open.state(), swept)).checkpoint.swept).toBe(true);
    });

    const stood = (id: string, collection = 'Cars', of = label) =>
      put(id, '{}', `${of}:2`, collection, `Fleet/${id}`);
    const under = (prefix: string): ChangeCommand => ({ type: 'delete-prefix', prefix });

    /** What exists (`own/…` are documents of the module itself), what is applied, and how many copies that deletes. */
    it.each<[string, string[], (first: string) => ChangeCommand[], number]>([
      ['one', ['a'], (first) => [remove(`${first}a`)], 1],
      ['one that is in another collection', ['a@Vans'], (first) => [remove(`${first}a`)], 1],
      ['several under a prefix', ['a/x/1', 'a/x/2'], (first) => [under(`${first}a/x/`)], 2],
      [
        'several under a prefix in another collection',
        ['a/x/1@People', 'a/x/2@People'],
        (first) => [under(`${first}a/x/`)],
        2,
      ],
      [
        'in two collections',
        ['a/x/1@People', 'a/x/2@Vans', 'a'],
        (first) => [remove(`${first}a`), under(`${first}a/x/`)],
        3,
      ],
      ['one that does not exist', ['a'], (first) => [remove(`${first}b`)], 0],
      ['a prefix without documents', ['a'], (first) => [under(`${first}a/x/`)], 0],
      ['one, named twice', ['a'], (first) => [remove(`${first}a`), remove(`${first}a`)], 1],
      [
        'one, by its id and by a prefix',
        ['a/x/1'],
        (first) => [remove(`${first}a/x/1`), under(`${first}a/x/`)],
        1,
      ],
      ['one that is rewritten', ['a'], (first) => [stood(`${first}a`)], 0],
      ['a document of the module itself', ['own/a', 'b'], (first) => [remove(`${first}own/a`)], 0],
      ['under a prefix with the module’s own', ['own/a', 'own/x'], (first) => [under(`${first}own/`)], 0],
      ['a copy of another task', ['other/a'], (first) => [remove(`${first}other/a`)], 0],
    ])('are counted if they are deleted: %s', async (_what, standing, commands, deleted) => {
      const first = `count-${number}/`;
      const puts = standing.filter((id) => !/^(own|other)/.test(id));
      const version = await target.apply(
        puts.map((one) => stood(`${first}${one.split('@')[0]}`, one.split('@')[1])),
        second(),
        null,
      );
      for (const id of standing.filter((one) => one.startsWith('own')))
        await open.put(`${first}${id}`, 'Cars', '{}');
      for (const id of standing.filter((one) => one.startsWith('other')))
        await target.apply(
          [stood(`${first}${id}`, 'Cars', 'HR/others')],
          checkpointOf(`Fleet/HR/Others${number}`),
          null,
        );
      const before = (await open.ids(first)).length;
      await target.apply(commands(first), { ...second(), to: 20 }, version);
      expect((await target.readCheckpoint(name))?.checkpoint.documentsDeleted).toBe(deleted);
      expect((await open.ids(first)).length).toBe(before - deleted);
    });

    it('are not swept for a checkpoint that has moved; what was begun is finished by the next sweep', async () => {
      const commands = Array.from({ length: 3_000 }, (_, n) => put(`cut/${n}`, '{}', `${label}:1`));
      const old = second();
      const version = await target.apply(commands, old, null);
      const sweeping = sweep(target, open.state(), { checkpoint: old, version });
      sweeping.catch(() => undefined);
      // Someone else moves the checkpoint while the sweep is on its way.
      for (let moved = false; !moved;) {
        const stored = await target.readCheckpoint(name);
        moved = await target
          .apply([], { ...old, to: 99, swept: false }, stored?.version ?? null)
          .then(() => true)
          .catch((error: unknown) => {
            if (error instanceof VersionConflictError) return false;
            throw error;
          });
      }
      await sweeping.catch((error: unknown) => expect(error).toBeInstanceOf(VersionConflictError));
      const stored = await target.readCheckpoint(name);
      if (!stored) throw new Error('the checkpoint is gone');
      const swept = await sweep(target, open.state(), stored);
      expect(swept.checkpoint).toMatchObject({ to: 99, swept: true });
      expect(await open.ids('cut/')).toEqual([]);
      await expect(sweep(target, open.state(), { checkpoint: old, version })).rejects.toThrow(
        VersionConflictError,
      );
    });

    it('of a task that is forgotten go, with its checkpoint, and nothing else does', async () => {
      const other = `${name}Other`;
      await target.apply([put('forget/3', '{}', `${label}other:1`)], checkpointOf(other), null);
      const commands = [put('forget/1', '{}', `${label}:1`), put('forget/2', '{}', `${label}:2`)];
      const version = await target.apply(commands, checkpointOf(name), null);
      await open.put('forget/own', 'Cars', '{}');
      expect(await forget()).toEqual({ removed: 2, kept: [] });
      expect(await open.ids('forget/')).toEqual(['forget/3', 'forget/own']);
      expect(await target.readCheckpoint(name)).toBeNull();
      expect(await target.readCheckpoint(other)).not.toBeNull();
      await expect(target.apply(commands, checkpointOf(name), version)).rejects.toThrow(VersionConflictError);
      expect(await forget()).toEqual({ removed: 0, kept: [] });
    });

    describe('where the store refuses to delete one of them,', () => {
      const listed = async () =>
        (await listSetAside(open.state(), name)).documents.map(({ documentId, copyId, kind }) => ({
          documentId,
          copyId,
          kind,
        }));
      const entry = (id: string) => ({ documentId: id, copyId: id, kind: 'not-deleted' });
      const copy = (id: string, generation = 1, etag = 1): ChangeCommand =>
        put(id, '{}', `${label}:${generation}`, 'Cars', `Fleet/${id}`, etag);

      it('are swept but for that one, which is listed until it can go', async () => {
        const ids = Array.from({ length: 40 }, (_, n) => `stays/${n}`);
        const version = await target.apply(
          ids.map((id) => copy(id)),
          second(),
          null,
        );
        const stubborn = await open.stubborn('stays/17');
        const taking = settingAside(stubborn.target, open.state(), name);
        const swept = await taking.sweep({ checkpoint: second(), version });
        expect(swept.checkpoint).toMatchObject({ swept: true, documentsDeleted: 39 });
        expect(await open.ids('stays/')).toEqual(['stays/17']);
        expect(await listed()).toEqual([entry('stays/17')]);
        const again = await taking.deleteAgain(swept);
        expect(await listed()).toEqual([entry('stays/17')]);
        await stubborn.yields();
        await taking.deleteAgain(again);
        expect(await listed()).toEqual([]);
        expect(await open.ids('stays/')).toEqual([]);
      });

      it('are deleted beside it by a prefix, and by their ids', async () => {
        const ids = ['under/1/a', 'under/1/b', 'under/1/c', 'under/2', 'under/3'];
        const first = await target.apply(
          ids.map((id) => copy(id)),
          checkpointOf(name, { live: true }),
          null,
        );
        const stubborn = await open.stubborn('under/1/b');
        const taking = settingAside(stubborn.target, open.state(), name);
        const commands: ChangeCommand[] = [
          remove('under/2'),
          { type: 'delete-prefix', prefix: 'under/1/' },
          copy('under/4'),
        ];
        const version = await taking.apply(commands, checkpointOf(name, { live: true, to: 20 }), first);
        expect(await open.ids('under/')).toEqual(['under/1/b', 'under/3', 'under/4']);
        expect(await listed()).toEqual([entry('under/1/b')]);
        await stubborn.yields();
        const stored = await target.readCheckpoint(name);
        if (stored?.version !== version) throw new Error('the checkpoint has moved');
        expect(stored.checkpoint).toMatchObject({ to: 20, documentsDeleted: 3 });
        await taking.deleteAgain(stored);
        expect(await listed()).toEqual([]);
        expect(await open.ids('under/')).toEqual(['under/3', 'under/4']);
      });

      it('do not include one that its owner has sent once more since', async () => {
        const at = (to: number) => checkpointOf(name, { live: true, to });
        const first = await target.apply([copy('back/1')], at(10), null);
        const stubborn = await open.stubborn('back/1');
        const taking = settingAside(stubborn.target, open.state(), name);
        const after = await taking.apply([remove('back/1')], at(20), first);
        expect(await listed()).toEqual([entry('back/1')]);
        await stubborn.yields();
        // Another instance applies it, and ends before it takes it off the list.
        const version = await target.apply([copy('back/1', 1, 25)], at(30), after);
        await taking.deleteAgain({ checkpoint: at(30), version });
        expect(await open.ids('back/')).toEqual(['back/1']);
        expect(await listed()).toEqual([]);
      });

      it('are forgotten but for that one, with which the checkpoint stays', async () => {
        const ids = ['dropped/1', 'dropped/2', 'dropped/3'];
        await target.apply(
          ids.map((id) => copy(id)),
          checkpointOf(name),
          null,
        );
        const stubborn = await open.stubborn('dropped/2');
        const reason = expect.any(String);
        expect(await forgetCopies(stubborn.target, name, AT_ONCE)).toEqual({
          removed: 2,
          kept: [{ id: 'dropped/2', reason }],
        });
        expect(await target.readCheckpoint(name)).not.toBeNull();
        await stubborn.yields();
        expect(await forgetCopies(stubborn.target, name, AT_ONCE)).toEqual({ removed: 1, kept: [] });
        expect(await target.readCheckpoint(name)).toBeNull();
      });
    });
  });
}
