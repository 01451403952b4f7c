import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import { idKey, type ChangeSource } from '@nestjs-spark/contracts/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { coverOf, idsOf, readAll, textOf } from '../support/read-all.ts';
import type { OpenSource, SourceUnderTest } from './adapters/store-under-test.ts';

export function changeSourceConformance(store: SourceUnderTest): void {
  describe(`ChangeSource of ${store.name}`, () => {
    let open: OpenSource;
    let feed: ChangeSource;

    beforeAll(async () => {
      open = await store.open();
      feed = open.feed();
    });
    afterAll(() => open.drop());

    it('says that it is unavailable when nobody answers', async () => {
      const away = await store.unreachable();
      const query = { collection: 'Cars', from: 0, deletesAfter: -1, limit: 10 };
      await expect(away.feed().read(query)).rejects.toThrow(UnavailableError);
      await expect(away.feed().identify('r')).rejects.toThrow(UnavailableError);
      await expect(away.feed().load(['cars/1'])).rejects.toThrow(UnavailableError);
      await away.drop();
    });

    it('gives one collection in the order of etags, each document as stored', async () => {
      await open.put('ordered/2', 'Ordered', '{"N":9007199254740993,"Price":1.10,"Text":"Zoë 😀 \\" } ] {"}');
      await open.put('other/1', 'Others', '{"X":1}');
      await open.put('ordered/1', 'Ordered', '{"Nested":{"@metadata":{"@id":"no"},"List":[{"a":[]}]}}');
      const { changes } = await readAll(feed, 'Ordered');
      expect(idsOf(changes)).toEqual(['put ordered/2', 'put ordered/1']);
      expect(changes[0]?.etag).toBeLessThan(changes[1]?.etag ?? 0);
      expect(textOf(changes[0])).toContain('"N":9007199254740993,"Price":1.10,"Text":"Zoë 😀 \\" } ] {"');
      expect(JSON.parse(textOf(changes[1]) ?? '')).toMatchObject({ Nested: { List: [{ a: [] }] } });
    });

    it('does not care how the collection is spelled', async () => {
      expect((await readAll(feed, 'oRDERED')).changes).toHaveLength(2);
    });

    it('covers everything up to the last etag and then says drained; past the end it gives nothing', async () => {
      const { to } = await readAll(feed, 'Ordered');
      expect(to).toBe((await feed.identify('r')).lastEtag);
      const beyond = await feed.read({ collection: 'Ordered', from: to + 1, deletesAfter: to, limit: 10 });
      expect(beyond).toMatchObject({ to, drained: true, changes: [] });
    });

    it('gives the same in small pages as in one', async () => {
      for (let i = 0; i < 25; i++)
        await open.put(`paged/${i}`, i % 3 === 0 ? 'Paged' : 'Unpaged', `{"I":${i}}`);
      const whole = await readAll(feed, 'Paged');
      const pages = await readAll(feed, 'Paged', { limit: 4 });
      expect(pages.pages.length).toBeGreaterThan(1);
      expect(pages.changes).toEqual(whole.changes);
    });

    it('moves a changed document to the end, and names what a copy is a copy of', async () => {
      await open.put('moved/1', 'Moved', '{"V":1}');
      await open.put('moved/2', 'Moved', '{"V":1}', { 'spark-source': 'HR/people/"1"' });
      await open.put('moved/1', 'Moved', '{"V":2}');
      const { changes } = await readAll(feed, 'Moved');
      expect(idsOf(changes)).toEqual(['put moved/2', 'put moved/1']);
      const copies = [{ copyOf: 'HR/people/"1"' }, { copyOf: null }];
      expect(changes).toMatchObject(copies);
      expect(await feed.load(['moved/2', 'moved/1'])).toMatchObject(copies);
    });

    it('gives deletes in their place, and none up to the etag where the reader began', async () => {
      const { lastEtag: began } = await feed.identify('r');
      await open.put('gone/1', 'Gone', '{}');
      await open.put('gone/2', 'Gone', '{}');
      await open.delete('gone/1');
      await open.put('gone/3', 'Gone', '{}');
      const after = await readAll(feed, 'Gone', { from: began + 1, deletesAfter: began });
      expect(idsOf(after.changes)).toEqual(['put gone/2', 'delete gone/1', 'put gone/3']);
      expect(new Set(await coverOf(after.pages))).toEqual(new Set(['kept']));
      const { lastEtag } = await feed.identify('r');
      const later = await readAll(feed, 'Gone', { deletesAfter: lastEtag });
      expect(idsOf(later.changes)).toEqual(['put gone/2', 'put gone/3']);
    });

    it('keeps the delete in each collection of a document that was deleted and made again in another', async () => {
      const { lastEtag: began } = await feed.identify('r');
      for (const collection of ['First', 'Second', 'Third', 'First', 'Second']) {
        for (const id of ['stays/1', 'gone/1']) {
          await open.delete(id);
          await open.put(id, collection, '{}');
        }
      }
      await open.delete('gone/1');
      const lastOf = async (collection: string) => {
        const { changes } = await readAll(feed, collection, { from: began + 1, deletesAfter: began });
        return Object.fromEntries(changes.map(({ kind, id }) => [id.toLowerCase(), kind]));
      };
      expect(await lastOf('First')).toEqual({ 'gone/1': 'delete', 'stays/1': 'delete' });
      expect(await lastOf('Second')).toEqual({ 'gone/1': 'delete', 'stays/1': 'put' });
      expect(await lastOf('Third')).toEqual({ 'gone/1': 'delete', 'stays/1': 'delete' });
    });

    it('shows a re-created document once, and one made again in another collection in both', async () => {
      const { lastEtag: began } = await feed.identify('r');
      await open.put('again/1', 'Again', '{"V":1}');
      await open.delete('again/1');
      await open.put('again/1', 'Again', '{"V":2}');
      await open.put('again/2', 'Again', '{}');
      await open.delete('again/2');
      await open.put('again/2', 'Elsewhere', '{}');
      const options = { from: began + 1, deletesAfter: began };
      expect(idsOf((await readAll(feed, 'Again', options)).changes)).toEqual([
        'put again/1',
        'delete again/2',
      ]);
      expect(idsOf((await readAll(feed, 'Elsewhere', options)).changes)).toEqual(['put again/2']);
    });

    it('keeps deletes that were not confirmed whatever the cleaner does', async () => {
      const { lastEtag: began } = await feed.identify('r');
      await open.put('kept/1', 'Kept', '{}');
      await open.delete('kept/1');
      await open.cleanTombstones();
      const { changes, pages } = await readAll(feed, 'Kept', { from: began + 1, deletesAfter: began });
      expect(idsOf(changes)).toEqual(['delete kept/1']);
      expect(await coverOf(pages)).toEqual(['kept']);
    });

    it('removes confirmed deletes, and tells a reader that comes too late', async () => {
      const { lastEtag: began } = await feed.identify('r');
      let round = 0;
      // How many cleanings a confirmed delete outlives is the store's own affair.
      await eventually(async () => {
        round++;
        await open.put(`late/${round}`, 'Late', '{}');
        await open.delete(`late/${round}`);
        await feed.keepDeletesAfter((await feed.identify('r')).lastEtag);
        await open.cleanTombstones();
        const late = await readAll(feed, 'Late', { from: began + 1, deletesAfter: began });
        expect(await coverOf(late.pages)).toContain('lost');
      });
      const { lastEtag: next } = await feed.identify('r');
      await open.put('late/last', 'Late', '{}');
      await open.delete('late/last');
      await open.cleanTombstones();
      const again = await readAll(feed, 'Late', { from: next + 1, deletesAfter: next });
      expect(idsOf(again.changes)).toEqual(['delete late/last']);
      expect(new Set(await coverOf(again.pages))).toEqual(new Set(['kept']));
    });

    it('loads a document by the rule of its store for ids', async () => {
      const id = 'LOADED/ÄÖ-İ-ΟΔΟΣ-\u212a-𐐀';
      await open.put(id, 'Loaded', '{}');
      const asked = [
        'loaded/ÄÖ-İ-ΟΔΟΣ-\u212a-𐐀',
        'loaded/äö-İ-οδοσ-k-𐐀',
        id.toLowerCase(),
        'loaded/äö-İ-οδοσ-k-𐐨',
      ];
      const found = (await feed.load(asked)).map((document) => document?.id === id);
      expect(found).toEqual(asked.map((one) => idKey(feed.ids, one) === idKey(feed.ids, id)));
      expect(found.slice(0, 2)).toEqual([true, feed.ids === 'ravendb']);
    });

    it('finds nothing under what is not an id, and goes on', async () => {
      await open.put('loaded/\ufffd', 'Loaded', '{}');
      const none = ['', ' ', '\u00a0', 'loaded/', 'loaded|', 'loaded/\0', 'loaded/\ud800', 'x'.repeat(600)];
      const found = await feed.load([...none, 'loaded/\ufffd']);
      expect(found.map((document) => document?.id ?? null)).toEqual([
        ...none.map(() => null),
        'loaded/\ufffd',
      ]);
    });

    it('loads documents in the order asked for, null where there is none', async () => {
      await open.put('loaded/1', 'Loaded', '{"N":1.10}');
      await open.put('loaded/ü 😀/2', 'Loaded', '{}');
      const found = await feed.load(['loaded/none', 'loaded/ü 😀/2', 'loaded/1']);
      expect(found.map((document) => document?.id ?? null)).toEqual([null, 'loaded/ü 😀/2', 'loaded/1']);
      expect(found[2]?.collection).toBe('Loaded');
      expect(Buffer.from(found[2]?.json ?? []).toString()).toContain('"N":1.10');
    });

    it('reads a document of 3 MB among small ones', async () => {
      const { lastEtag: began } = await feed.identify('r');
      await open.put('big/0', 'Big', '{}');
      await open.put('big/1', 'Big', `{"Text":"${'x'.repeat(3 * 1024 * 1024)}"}`);
      await open.put('big/2', 'Big', '{}');
      const { changes } = await readAll(feed, 'Big', { from: began + 1, deletesAfter: began });
      expect(idsOf(changes)).toEqual(['put big/0', 'put big/1', 'put big/2']);
      expect(textOf(changes[1])?.length).toBeGreaterThan(3 * 1024 * 1024);
    });

    it('counts a collection', async () => {
      await open.put('counted/1', 'Counted', '{}');
      await open.put('counted/2', 'Counted', '{}');
      expect(await feed.count('counted')).toBe(2);
      expect(await feed.count('Nothing')).toBe(0);
    });

    it('takes an etag of no document when a witness is raised', async () => {
      const before = await feed.identify('etag');
      await feed.raiseWitness('etag', before.witness);
      expect((await feed.identify('etag')).lastEtag).toBeGreaterThan(before.lastEtag);
    });

    it('raises the witness of each reader by one, once for a race, and remembers it', async () => {
      const { witness: never } = await feed.identify('w');
      expect(never).toEqual({ number: 0, marks: [] });
      const once = await feed.raiseWitness('w', never);
      const raced = await Promise.allSettled([
        feed.raiseWitness('w', once),
        open.feed().raiseWitness('w', once),
      ]);
      expect(raced.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await expect(feed.raiseWitness('w', once)).rejects.toThrow(VersionConflictError);
      const { witness: twice } = await feed.identify('w');
      expect(twice).toEqual({ number: 2, marks: [expect.any(String), ...once.marks] });
      expect((await feed.identify('other')).witness).toEqual(never);
    });

    it('wakes who waits when something is written, at once when something was, and when aborted', async () => {
      const { lastEtag } = await feed.identify('r');
      const signal = AbortSignal.timeout(120_000);
      const waiting = feed.wait(lastEtag, signal);
      await open.put('wake/1', 'Wake', '{}');
      await waiting;
      await feed.wait(lastEtag, signal);
      expect(signal.aborted).toBe(false);
      const abort = new AbortController();
      const end = feed.wait((await feed.identify('r')).lastEtag, abort.signal);
      abort.abort();
      await end;
    });

    it('loses nothing and keeps the order while others write, delete and re-create', async () => {
      const { lastEtag: began } = await feed.identify('r');
      const expected = new Map<string, number>();
      let writing = true;
      const writers = [0, 1, 2].map(async (writer) => {
        for (let round = 0; round < 150; round++) {
          const id = `busy/${writer}-${round % 20}`;
          if (round % 7 === 6) {
            await open.delete(id);
            expected.delete(id);
          } else {
            await open.put(id, 'Busy', `{"Round":${round}}`);
            expected.set(id, round);
          }
          if (round % 50 === 49) await open.cleanTombstones();
        }
      });
      const done = Promise.all(writers).then(() => (writing = false));
      const seen = new Map<string, number>();
      let last = began;
      for (;;) {
        const finalRound = !writing;
        const page = await feed.read({ collection: 'Busy', from: last + 1, deletesAfter: began, limit: 64 });
        expect(await page.deletes).toBe('kept');
        for (const change of page.changes) {
          expect(change.etag).toBeGreaterThan(last);
          last = change.etag;
          if (change.kind === 'delete') seen.delete(change.id);
          else seen.set(change.id, (JSON.parse(textOf(change) ?? '') as { Round: number }).Round);
        }
        expect(page.to).toBeGreaterThanOrEqual(last);
        last = page.to;
        if (finalRound && page.drained) break;
      }
      await done;
      expect([...seen].toSorted()).toEqual([...expected].toSorted());
    });

    it('reads a small collection of a big database like any other', async () => {
      const { lastEtag: began } = await feed.identify('r');
      for (let i = 0; i < 1_500; i += 100) {
        await Promise.all(Array.from({ length: 100 }, (_, n) => open.put(`many/${i + n}`, 'Many', '{}')));
        await open.put(`few/${i}`, 'Few', `{"I":${i}}`);
      }
      await open.delete('few/0');
      // A new reader, since how big a collection is may be remembered for a while.
      const { changes, pages } = await readAll(open.feed(), 'Few', { from: began + 1, deletesAfter: began });
      expect(changes.filter(({ kind }) => kind === 'put')).toHaveLength(14);
      expect(idsOf(changes).at(-1)).toBe('delete few/0');
      expect(pages.at(-1)?.to).toBe((await feed.identify('r')).lastEtag);
    });
  });
}
