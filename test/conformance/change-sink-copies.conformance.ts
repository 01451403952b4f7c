import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { VersionConflictError } from '@nestjs-spark/contracts';
import type { ChangeSink } from '@nestjs-spark/contracts/internal';
import { checkpointOf } from '../support/checkpoint-of.ts';
import { put } from '../support/copy-commands.ts';
import type { OpenSink, SinkUnderTest } from './adapters/store-under-test.ts';

/** How a `ChangeSink` lists, reads and removes the copies that it has. */
export function changeSinkCopiesConformance(store: SinkUnderTest): void {
  describe(`Copies in the ChangeSink of ${store.name}`, () => {
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

    it('lists the copies of a name, all or those at some ids, with what they were made from', async () => {
      const commands = [
        put('listed/1', '{}', `${label}:1`, 'Cars', 'Fleet/cars/1', 7),
        put('listed/2', '{}', `${label}:2`, 'Trucks', 'Fleet/cars/2', 8),
        put('listed/other', '{}', 'HR/others:1'),
      ];
      await target.apply(commands, checkpointOf(name), null);
      await open.put('listed/own', 'Cars', '{}');
      const one = { id: 'listed/1', copyOf: 'Fleet/cars/1', generation: `${label}:1`, sourceEtag: 7 };
      const two = { id: 'listed/2', copyOf: 'Fleet/cars/2', generation: `${label}:2`, sourceEtag: 8 };
      const listed = async (ids?: string[]) =>
        (await Array.fromAsync(target.copies(name, ids))).flat().toSorted((a, b) => (a.id < b.id ? -1 : 1));
      expect(await listed()).toMatchObject([one, two]);
      const some = await listed(['LISTED/2', 'listed/other', 'listed/own', 'listed/none']);
      expect(some).toMatchObject([two]);
      expect(await listed([])).toEqual([]);
    });

    it('reads the whole copies of a name as stored, those of a collection in the order in which they were written', async () => {
      const numbers = [5, 3, 9, 1];
      const putOf = (at: number, text: string) =>
        put(`whole/${at}`, text, `${label}:1`, 'Cars', `Fleet/cars/${at}`, at);
      const first = numbers.map((at) => putOf(at, `{"N":${at}.10}`));
      // Among this many documents, a store searches for its copies differently than among few.
      const others = Array.from({ length: 5_000 }, (_, n) => put(`whole/other${n}`, '{}', 'HR/others:1'));
      const version = await target.apply([...others, ...first], checkpointOf(name), null);
      await open.put('whole/own', 'Cars', '{}');
      const read = async () => (await Array.fromAsync(target.wholeCopies(name))).flat();
      const copies = await read();
      expect(copies.map(({ id }) => id)).toEqual(numbers.map((at) => `whole/${at}`));
      expect(copies).toMatchObject(
        numbers.map((at) => ({
          copyOf: `Fleet/cars/${at}`,
          generation: `${label}:1`,
          sourceEtag: at,
          text: expect.stringMatching(new RegExp(`^\\{"N":${at}\\.10,"@metadata":.*"@collection":"Cars"`)),
        })),
      );
      await target.apply([putOf(3, '{"N":4}')], checkpointOf(name, { to: 11 }), version);
      const [listed] = (await Array.fromAsync(target.copies(name, ['whole/3']))).flat();
      const last = (await read()).at(-1);
      expect(last).toMatchObject({ id: 'whole/3', version: listed?.version });
      expect(last?.text).toContain('"N":4');
    });

    it('reads whole copies of any size and number', async () => {
      const large = put('sizes/0', `{"Text":"${'x'.repeat(3 * 1024 * 1024)}"}`, `${label}:1`);
      const small = Array.from({ length: 5_000 }, (_, n) =>
        put(`sizes/${n + 1}`, `{"N":${n}}`, `${label}:1`),
      );
      await target.apply([...small.slice(0, 2_000), large, ...small.slice(2_000)], checkpointOf(name), null);
      const sizes: number[] = [];
      for await (const copies of target.wholeCopies(name))
        sizes.push(...copies.map(({ text }) => text.length));
      expect(sizes).toHaveLength(5_001);
      expect(Math.max(...sizes)).toBeGreaterThan(3 * 1024 * 1024);
    });

    it('removes copies in the version listed, whatever else was applied, and none of them when one was written since', async () => {
      const ids = ['as-listed/1', 'as-listed/2', 'as-listed/3'];
      const puts = ids.map((id) => put(id, '{"V":1}', `${label}:1`));
      const version = await target.apply(puts, checkpointOf(name), null);
      const listed = (await Array.fromAsync(target.copies(name, ids))).flat();
      const beside = [put('as-listed/3', '{"V":1}', `${label}:1`)];
      await target.apply(beside, checkpointOf(name, { to: 11 }), version);
      await expect(target.removeAsListed(listed)).rejects.toThrow(VersionConflictError);
      expect(await open.ids('as-listed/')).toEqual(ids);
      await target.removeAsListed(listed.filter(({ id }) => id !== 'as-listed/3'));
      expect(await open.ids('as-listed/')).toEqual(['as-listed/3']);
      await expect(target.removeAsListed(listed.slice(0, 1))).rejects.toThrow(VersionConflictError);
      await target.removeAsListed([]);
      expect((await target.readCheckpoint(name))?.checkpoint.to).toBe(11);
    });
  });
}
