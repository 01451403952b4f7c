import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  StoreRefusedError,
  UnavailableError,
  VersionConflictError,
  type ChangeCommand,
} from '@nestjs-spark/contracts';
import { idKey, type ChangeSink, type Checkpoint, type IdRule } from '@nestjs-spark/contracts/internal';
import { checkpointOf } from '../support/checkpoint-of.ts';
import type { OpenStore, StoreUnderTest } from './adapters/store-under-test.ts';

function put(
  id: string,
  json: string,
  generation: string,
  collection = 'Cars',
  source = 'Fleet/x',
): ChangeCommand {
  const metadata = { '@collection': collection, 'spark-source': source, 'spark-generation': generation };
  const inner = json.slice(1, -1);
  return {
    type: 'put',
    id,
    document: `{${inner}${inner ? ',' : ''}"@metadata":${JSON.stringify(metadata)}}`,
  };
}

const remove = (id: string): ChangeCommand => ({ type: 'delete', id });

export function changeSinkConformance(store: StoreUnderTest): void {
  describe(`ChangeSink of ${store.name}`, () => {
    let open: OpenStore;
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

    it('says that it is unavailable when nobody answers', async () => {
      const away = await store.unreachable();
      await expect(away.target().readCheckpoint(name)).rejects.toThrow(UnavailableError);
      await expect(away.target().apply([], checkpointOf(name), null)).rejects.toThrow(UnavailableError);
      await away.drop();
    });

    it('gives back a checkpoint as it was written, with the version that apply returned', async () => {
      expect(await target.readCheckpoint(name)).toBeNull();
      const checkpoint = checkpointOf(name, { live: true, to: 9_007_199_254_740_991 });
      const version = await target.apply([], checkpoint, null);
      expect(await target.readCheckpoint(name)).toEqual({ checkpoint, version });
      expect((await target.listCheckpoints()).filter((one) => one.checkpoint.name === name)).toEqual([
        { checkpoint, version },
      ]);
    });

    it('applies a set whose expected version is still to come behind the set that brings it', async () => {
      const first = target.apply([put('behind/1', '{"V":1}', `${label}:1`)], checkpointOf(name), null);
      const second = target.apply(
        [put('behind/1', '{"V":2}', `${label}:1`), put('behind/2', '{}', `${label}:1`)],
        checkpointOf(name, { to: 20 }),
        first,
      );
      const third = target.apply([remove('behind/2')], checkpointOf(name, { to: 30 }), second);
      const version = await third;
      expect(await open.text('behind/1')).toContain('"V":2');
      expect(await open.text('behind/2')).toBeNull();
      expect(await target.readCheckpoint(name)).toMatchObject({ version, checkpoint: { to: 30 } });
    });

    it('writes nothing of a set when the version it waits for never comes', async () => {
      const never = Promise.reject(new Error('the set before was refused'));
      const applied = target.apply([put('never/1', '{}', `${label}:1`)], checkpointOf(name), never);
      await expect(applied).rejects.toThrow('the set before was refused');
      expect(await open.text('never/1')).toBeNull();
      expect(await target.readCheckpoint(name)).toBeNull();
    });

    it('writes nothing of a set when the version it waited for is not the one that is there', async () => {
      const version = await target.apply([], checkpointOf(name), null);
      await target.apply([], checkpointOf(name, { to: 20 }), version);
      const late = target.apply(
        [put('late-writer/1', '{}', `${label}:1`)],
        checkpointOf(name, { to: 30 }),
        Promise.resolve(version),
      );
      await expect(late).rejects.toThrow(VersionConflictError);
      expect(await open.text('late-writer/1')).toBeNull();
    });

    it('finds a task whatever the case of its names', async () => {
      await target.apply([], checkpointOf(name), null);
      const other = name.toUpperCase();
      expect(await target.readCheckpoint(other)).not.toBeNull();
    });

    it('stores documents with every number and sign as written', async () => {
      const json = '{"N":9007199254740993,"Price":1.10,"Text":"Zoë 😀 \\u00e9 \\" \\\\ud83d","Empty":{}}';
      await target.apply([put('exact/ü 😀 %/1', json, `${label}:1`)], checkpointOf(name), null);
      const text = (await open.text('exact/ü 😀 %/1')) ?? '';
      expect(text).toContain('"N":9007199254740993,"Price":1.10');
      expect(JSON.parse(text)).toMatchObject({ Text: 'Zoë 😀 é " \\ud83d', Empty: {} });
      expect(JSON.parse(text)).toMatchObject({ '@metadata': { 'spark-generation': `${label}:1` } });
    });

    it('keeps a sign outside the basic plane that was written as an escaped pair', async () => {
      await target.apply([put('pair/1', '{"T":"\\ud83d\\ude00"}', `${label}:1`)], checkpointOf(name), null);
      expect(JSON.parse((await open.text('pair/1')) ?? '')).toMatchObject({ T: '😀' });
    });

    it.each([
      ['an id that ends in /', 'bad/', '{}'],
      ['an id that ends in |', 'bad|', '{}'],
      ['an empty id', '', '{}'],
      ['an id of 600 bytes', `bad/${'x'.repeat(600)}`, '{}'],
      ['half a surrogate pair', 'bad/1', '{"T":"\\ud83d"}'],
      ['half a surrogate pair in the id', 'bad/\ud83d', '{}'],
      ['a number beyond doubles', 'bad/2', '{"N":1e400}'],
      ['no JSON', 'bad/3', '{"N":}'],
    ])('refuses %s, names the document and writes nothing', async (_, id, json) => {
      const commands = [put(`refused/${number}`, '{}', `${label}:1`), put(id, json, `${label}:1`)];
      const refused = target.apply(commands, checkpointOf(name), null);
      await expect(refused).rejects.toThrow(StoreRefusedError);
      await expect(refused).rejects.toThrow(JSON.stringify(id.slice(0, 40)).slice(0, -1));
      expect(await open.text(`refused/${number}`)).toBeNull();
      expect(await target.readCheckpoint(name)).toBeNull();
    });

    it('writes nothing at all when the checkpoint is not where it was expected', async () => {
      const version = await target.apply([], checkpointOf(name), null);
      const late = [put('fenced/1', '{}', `${label}:1`)];
      await expect(target.apply(late, checkpointOf(name), null)).rejects.toThrow(VersionConflictError);
      const next = await target.apply([], checkpointOf(name, { to: 11 }), version);
      await expect(target.apply(late, checkpointOf(name, { to: 12 }), version)).rejects.toThrow(
        VersionConflictError,
      );
      expect(await open.text('fenced/1')).toBeNull();
      expect((await target.readCheckpoint(name))?.version).toBe(next);
      await expect(target.apply(late, checkpointOf('Fleet/HR/None'), version)).rejects.toThrow(
        VersionConflictError,
      );
    });

    it('lets exactly one of several writers through', async () => {
      const version = await target.apply([], checkpointOf(name), null);
      const racers = Array.from({ length: 8 }, (_, n) =>
        target.apply([put(`race/${n}`, '{}', `${label}:1`)], checkpointOf(name, { to: 20 + n }), version),
      );
      const results = await Promise.allSettled(racers);
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await open.ids('race/')).toHaveLength(1);
    });

    it('deletes copies of its own task only, whatever the case of the id', async () => {
      const version = await target.apply(
        [put('del/Mine', '{}', `${label}:1`), put('del/other', '{}', 'HR/others:1')],
        checkpointOf(name),
        null,
      );
      await open.put('del/own', 'Cars', '{}');
      const foreign = {
        '@collection': 'Cars',
        'spark-source': 'Depot/cars/1',
        'spark-generation': `${label}:1`,
      };
      await open.put('del/depot', 'Cars', '{}', foreign);
      const commands = ['del/mine', 'del/other', 'del/own', 'del/depot', 'del/none'].map(remove);
      await target.apply(commands, checkpointOf(name, { to: 11 }), version);
      expect(await open.ids('del/')).toEqual(['del/depot', 'del/other', 'del/own']);
    });

    describe.each<IdRule>(['ravendb', 'sqlite'])('of an owner on %s', (ids) => {
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
          const before = await target.sweep({
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
          await expect(again).rejects.toThrow(`cannot stand beside the copy of Fleet/${id}Äk`);
          const later = await target.apply([{ type: 'delete', id: `${id}ä\u212a` }], at(20), version);
          expect(await open.ids(id)).toEqual([`${id}Äk`]);
          expect(await target.findInTheWay(name, [`${id}Äk`, `${id}ä\u212a`])).toEqual([`${id}ä\u212a`]);
          await target.apply([{ type: 'delete', id: `${id}Äk` }], at(30), later);
          expect(await target.findInTheWay(name, [`${id}ä\u212a`])).toEqual([]);
        }
      });
    });

    it('deletes by prefix the same way, before what the same set puts', async () => {
      const first = [
        put('orders/1', '{}', `${label}:1`),
        put('orders/1/lines/1', '{"V":1}', `${label}:1`),
        put('orders/1/lines/2', '{"V":1}', `${label}:1`),
      ];
      const version = await target.apply(first, checkpointOf(name), null);
      await open.put('orders/1/lines/own', 'Lines', '{}');
      const second: ChangeCommand[] = [
        { type: 'delete-prefix', prefix: 'orders/1/lines/' },
        put('orders/1/lines/2', '{"V":2}', `${label}:1`),
        put('orders/1/lines/3', '{"V":2}', `${label}:1`),
      ];
      await target.apply(second, checkpointOf(name, { to: 11 }), version);
      expect(await open.ids('orders/1')).toEqual([
        'orders/1',
        'orders/1/lines/2',
        'orders/1/lines/3',
        'orders/1/lines/own',
      ]);
      expect(JSON.parse((await open.text('orders/1/lines/2')) ?? '')).toMatchObject({ V: 2 });
    });

    it('carries out the commands of a set in their order', async () => {
      const commands = [
        put('seq/1', '{"V":1}', `${label}:1`),
        remove('seq/1'),
        put('seq/2', '{"V":1}', `${label}:1`),
        put('SEQ/2', '{"V":2}', `${label}:1`),
        remove('seq/3'),
        put('seq/3', '{"V":1}', `${label}:1`),
        put('seq/4/a', '{"V":1}', `${label}:1`),
        { type: 'delete-prefix', prefix: 'seq/4/' } as const,
      ];
      await target.apply(commands, checkpointOf(name), null);
      expect((await open.ids('seq/')).map((id) => id.toLowerCase())).toEqual(['seq/2', 'seq/3']);
      expect(JSON.parse((await open.text('seq/2')) ?? '')).toMatchObject({ V: 2 });
    });

    it('puts a copy in another collection where a copy stood', async () => {
      const version = await target.apply(
        [put('swap/1', '{}', 'HR/others:1', 'Cars')],
        checkpointOf(name),
        null,
      );
      const moved = [put('swap/1', '{"V":2}', `${label}:1`, 'Trucks')];
      await target.apply(moved, checkpointOf(name, { to: 11 }), version);
      expect(JSON.parse((await open.text('swap/1')) ?? '')).toMatchObject({
        V: 2,
        '@metadata': { '@collection': 'Trucks' },
      });
    });

    it('is not stopped by the module writing to a copy in the same moment', async () => {
      let version = await target.apply([], checkpointOf(name), null);
      const writing = new AbortController();
      const writer = (async () => {
        for (let n = 0; !writing.signal.aborted; n++) {
          await open.put('contended/1', 'Cars', `{"N":${n}}`, { 'spark-generation': `${label}:1` });
        }
      })();
      for (let round = 0; round < 20; round++) {
        version = await target.apply(
          [remove('contended/1')],
          checkpointOf(name, { to: 20 + round }),
          version,
        );
      }
      writing.abort();
      await writer;
      expect((await target.readCheckpoint(name))?.checkpoint.to).toBe(39);
    });

    it('takes a set of 5,000 documents and one of 3 MB as one transaction', async () => {
      const commands = Array.from({ length: 5_000 }, (_, n) => put(`mass/${n}`, `{"N":${n}}`, `${label}:1`));
      commands.push(put('mass/big', `{"Text":"${'x'.repeat(3 * 1024 * 1024)}"}`, `${label}:1`));
      const version = await target.apply(commands, checkpointOf(name), null);
      expect(await open.ids('mass/')).toHaveLength(5_001);
      const deletes = Array.from({ length: 5_000 }, (_, n) => remove(`mass/${n}`));
      await target.apply(deletes, checkpointOf(name, { to: 11 }), version);
      expect(await open.ids('mass/')).toEqual(['mass/big']);
    });

    it('sweeps the copies of other generations and nothing else', async () => {
      const version = await target.apply(
        [
          put('sweep/old', '{}', `${label}:1`),
          put('sweep/older', '{}', `${label}:10`),
          put('sweep/new', '{}', `${label}:2`),
          put('sweep/other', '{}', 'HR/others:1'),
          put('sweep/longer', '{}', `${label}0:1`),
        ],
        checkpointOf(name, { generation: 2, live: true }),
        null,
      );
      await open.put('sweep/own', 'Cars', '{}');
      const stored = { checkpoint: checkpointOf(name, { generation: 2, live: true }), version };
      const swept = await target.sweep(stored);
      expect(await open.ids('sweep/')).toEqual(['sweep/longer', 'sweep/new', 'sweep/other', 'sweep/own']);
      expect(swept.checkpoint).toEqual({ ...stored.checkpoint, swept: true });
      expect(await target.readCheckpoint(name)).toEqual(swept);
      expect((await target.sweep(swept)).checkpoint.swept).toBe(true);
    });

    it('does not sweep for a checkpoint that has moved; what was begun is finished by the next call', async () => {
      const commands = Array.from({ length: 3_000 }, (_, n) => put(`cut/${n}`, '{}', `${label}:1`));
      const old = checkpointOf(name, { generation: 2, live: true });
      const version = await target.apply(commands, old, null);
      const sweeping = target.sweep({ checkpoint: old, version });
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
      const swept = await target.sweep(stored);
      expect(swept.checkpoint).toMatchObject({ to: 99, swept: true });
      expect(await open.ids('cut/')).toEqual([]);
      await expect(target.sweep({ checkpoint: old, version })).rejects.toThrow(VersionConflictError);
    });

    it('forgets a task: all its copies and its checkpoint, nothing else', async () => {
      const other = `${name}Other`;
      await target.apply([put('forget/3', '{}', `${label}other:1`)], checkpointOf(other), null);
      const commands = [put('forget/1', '{}', `${label}:1`), put('forget/2', '{}', `${label}:2`)];
      const version = await target.apply(commands, checkpointOf(name), null);
      await open.put('forget/own', 'Cars', '{}');
      expect(await target.forget(name)).toEqual({ removed: 2 });
      expect(await open.ids('forget/')).toEqual(['forget/3', 'forget/own']);
      expect(await target.readCheckpoint(name)).toBeNull();
      expect(await target.readCheckpoint(other)).not.toBeNull();
      await expect(target.apply(commands, checkpointOf(name), version)).rejects.toThrow(VersionConflictError);
      expect(await target.forget(name)).toEqual({ removed: 0 });
    });
  });
}
