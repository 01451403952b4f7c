import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  StoreRefusedError,
  UnavailableError,
  VersionConflictError,
  type ChangeCommand,
} from '@nestjs-spark/contracts';
import type { ChangeSink } from '@nestjs-spark/contracts/internal';
import { checkpointOf } from '../support/checkpoint-of.ts';
import { put, remove } from '../support/copy-commands.ts';
import type { OpenSink, SinkUnderTest } from './adapters/store-under-test.ts';

export function changeSinkConformance(store: SinkUnderTest): void {
  describe(`ChangeSink of ${store.name}`, () => {
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

    it('applies a set whose expected version is still to come after the set that brings it', async () => {
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

    it('removes a checkpoint that has not moved, and leaves the copies', async () => {
      const checkpoint = checkpointOf(name);
      const first = await target.apply([put('left/1', '{}', `${label}:1`)], checkpoint, null);
      const version = await target.apply([], checkpoint, first);
      await expect(target.removeCheckpoint({ checkpoint, version: first })).rejects.toThrow(
        VersionConflictError,
      );
      await target.removeCheckpoint({ checkpoint, version });
      expect(await target.readCheckpoint(name)).toBeNull();
      expect(await open.ids('left/')).toEqual(['left/1']);
    });
  });
}
