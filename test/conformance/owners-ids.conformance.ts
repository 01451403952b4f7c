import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangeCommand } from '@nestjs-spark/contracts';
import { idKey, type ChangeSink, type Checkpoint, type IdRule } from '@nestjs-spark/contracts/internal';
import { checkpointOf } from '../support/checkpoint-of.ts';
import { sweep } from '../support/sweep.ts';
import type { OpenSink, SinkUnderTest } from './adapters/store-under-test.ts';

/** Ids are the owner's: its store decides which of them are one, whatever the target's store makes of them. */
export function ownersIdsConformance(store: SinkUnderTest): void {
  describe.each<IdRule>(['ravendb', 'sqlite'])(`ChangeSink of ${store.name}, of an owner on %s,`, (ids) => {
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

    const copyOf = (id: string): ChangeCommand => {
      const metadata = {
        '@collection': 'Cars',
        'spark-source': `Fleet/${id.replace(/\/people\/.*/, '')}`,
        'spark-etag': 1,
        'spark-generation': `${label}:1`,
      };
      return { type: 'put', id, document: JSON.stringify({ V: id, '@metadata': metadata }) };
    };
    const at = (to: number): Checkpoint => checkpointOf(name, { to, ids, beyondAscii: true });
    const names = ['İ', 'ΟΔΟΣ', 'ẞ', '\u212a', '\u212b', '𐐀', 'Ⴀ', 'Ა', 'Ꭰ', 'ǅ', 'Ⱥ'];

    it('deletes the copies of what the owner calls by its own key, by id and by prefix, and counts them', async () => {
      const prefix = `${ids}-${number}/`;
      const all = names.flatMap((letter) => [
        `${prefix}${letter}`,
        `${prefix}${letter}/people/0000000000000000001`,
      ]);
      let version = await target.apply(all.map(copyOf), at(10), null);
      expect((await open.ids(prefix)).toSorted()).toEqual(all.toSorted());
      const commands = names.flatMap((letter): ChangeCommand[] => [
        { type: 'delete', id: idKey(ids, `${prefix}${letter}`) },
        { type: 'delete-prefix', prefix: idKey(ids, `${prefix}${letter}/people/`) },
      ]);
      version = await target.apply(commands, at(20), version);
      expect(await open.ids(prefix)).toEqual([]);
      const stored = await target.readCheckpoint(name);
      expect(stored?.version).toBe(version);
      expect(stored?.checkpoint.documentsDeleted).toBe(all.length);
      await target.apply(commands, at(30), version);
      expect((await target.readCheckpoint(name))?.checkpoint.documentsDeleted).toBe(0);
    });

    it.each(['', 'Fleet-É-'])(
      'deletes copies with the prefix %j that a generation before wrote under other letters',
      async (idPrefix) => {
        const begin = `${ids}-older-${number}/`;
        const copy = (id: string, generation: number): ChangeCommand => {
          const metadata = {
            '@collection': 'Cars',
            'spark-source': `Fleet/${id.replace(/\/people\/.*/, '')}`,
            'spark-etag': 1,
            'spark-generation': `${label}:${generation}`,
          };
          return {
            type: 'put',
            id: idPrefix + id,
            document: JSON.stringify({ '@metadata': metadata }),
          };
        };
        const hung = '/people/0000000000000000001';
        const older = [`${begin}Ä`, `${begin}Ä${hung}`].map((id) => copy(id, 1));
        const newer = [`${begin}ä`, `${begin}ä${hung}`].map((id) => copy(id, 2));
        const version = await target.apply(older, at(10), null);
        const second = { ...at(20), generation: 2 };
        const before = await sweep(target, open.state(), {
          checkpoint: second,
          version: await target.apply(newer, second, version),
        });
        expect(await open.ids(idPrefix + begin)).toHaveLength(2);
        const gone: ChangeCommand[] = [
          { type: 'delete', id: idKey(ids, `${idPrefix}${begin}ä`) },
          { type: 'delete-prefix', prefix: idKey(ids, `${idPrefix}${begin}ä/people/`) },
        ];
        await target.apply(gone, { ...before.checkpoint, to: 30 }, before.version);
        expect(await open.ids(idPrefix + begin)).toEqual([]);
      },
    );

    it('keeps one copy of each of its documents, whatever they were called before', async () => {
      const id = `${ids}-again-${number}/`;
      const version = await target.apply([copyOf(`${id}Äk`)], at(10), null);
      const again = target.apply([copyOf(`${id}ä\u212a`)], at(20), version);
      if (ids === 'ravendb') {
        await again;
        expect(await open.ids(id)).toEqual([`${id}ä\u212a`]);
      } else if (store.name === 'SQLite') {
        await again;
        expect(await open.ids(id)).toHaveLength(2);
      } else {
        await expect(again).rejects.toThrow(`cannot coexist with the copy of Fleet/${id}Äk`);
        const later = await target.apply([{ type: 'delete', id: `${id}ä\u212a` }], at(20), version);
        expect(await open.ids(id)).toEqual([`${id}Äk`]);
        expect(await target.findInTheWay(name, [`${id}Äk`, `${id}ä\u212a`])).toEqual([`${id}ä\u212a`]);
        await target.apply([{ type: 'delete', id: `${id}Äk` }], at(30), later);
        expect(await target.findInTheWay(name, [`${id}ä\u212a`])).toEqual([]);
      }
    });
  });
}
