import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { randomUUID } from 'node:crypto';
import { ensureDatabase } from '../connect/ensure-database.ts';
import { RavenHttp } from '../connect/raven-http.ts';
import type { RavenSettings } from '../connect/settings.ts';
import { readItems } from '../read-documents/all-items.ts';
import { ANCHORS } from './anchor-state.ts';
import { startProxy } from '../fixtures/proxy.ts';
import { RavenChangeSource } from './raven-change-source.ts';

describeWithServers(['ravendb'], 'the feed of a real RavenDB', () => {
  let settings: RavenSettings;
  let http: RavenHttp;
  const feeds: RavenChangeSource[] = [];

  beforeAll(async () => {
    settings = { urls: [testServers().ravendbUrl], database: `feed-${randomUUID().slice(0, 8)}` };
    http = new RavenHttp(settings);
    await ensureDatabase(http, settings, { create: true });
  });
  afterEach(() => Promise.all(feeds.splice(0).map((feed) => feed.close())));
  afterAll(async () => {
    await http.sendJson('DELETE', '/admin/databases', {
      DatabaseNames: [settings.database],
      HardDelete: true,
    });
    await http.close();
  });

  function feedOf(own = settings, options = {}): RavenChangeSource {
    const feed = new RavenChangeSource(own, { pollMs: 300, rollPauseMs: 0, ...options });
    feeds.push(feed);
    return feed;
  }

  const put = (id: string, fields: object = {}) =>
    http.sendJson('PUT', http.path('/docs', { id }), { ...fields, '@metadata': { '@collection': 'Cars' } });
  const remove = (id: string) => http.request({ method: 'DELETE', path: http.path('/docs', { id }) });
  const cleanTombstones = () => http.sendJson('POST', http.path('/admin/tombstones/cleanup'));
  const switchAnchor = (name: string, what: string) =>
    http.sendJson('POST', http.path(`/admin/indexes/${what}`, { name, clusterWide: true }));

  async function anchorStates(): Promise<Record<string, string | undefined>> {
    const stats = await http.getJson<{ Indexes: { Name: string; State: string }[] }>(http.path('/stats'));
    return Object.fromEntries(
      ANCHORS.map((name) => [name, stats?.Indexes.find((one) => one.Name === name)?.State]),
    );
  }

  /** At the end of the changes, with a proxy between. */
  async function atTheEnd() {
    const proxy = await startProxy(testServers().ravendbUrl);
    const feed = feedOf({ ...settings, urls: [proxy.url] });
    await put('cars/end');
    const began = (await feed.identify('r')).lastEtag;
    const query = { collection: 'Cars', deletesAfter: began, limit: 100 };
    const read = async (from: number, fresh = false) => feed.read({ ...query, from, fresh });
    const { to } = await feed.read({ ...query, from: began });
    return { proxy, read, from: to + 1 };
  }

  it('does not answer a fresh read at the end with one that began before it', async () => {
    const { proxy, read, from } = await atTheEnd();
    await put('cars/before');
    const kept = proxy.keep(/docs\?etag/);
    const early = read(from);
    await kept.answered;
    await put('cars/after');
    const fresh = read(from, true);
    kept.release();
    const ids = (await fresh).changes.map(({ id }) => id);
    expect(ids).toEqual(['cars/before', 'cars/after']);
    await early;
    await proxy.down();
  });

  it('takes documents without a gap in their etags as proof that no delete is missing', async () => {
    const { proxy, read, from } = await atTheEnd();
    await put('cars/one');
    await put('cars/two');
    proxy.forbid(/all-items|tombstones|stats/);
    const page = await read(from);
    expect(page.changes.map(({ id }) => id)).toEqual(['cars/one', 'cars/two']);
    expect(page).toMatchObject({ from, to: from + 1, drained: true });
    expect(await page.deletes).toBe('kept');
    await proxy.down();
  });

  it('looks for deletes where an etag is not a document of its own', async () => {
    const { proxy, read, from } = await atTheEnd();
    await put('cars/gone');
    await put('cars/stays');
    await remove('cars/gone');
    const page = await read(from);
    expect(page.changes).toMatchObject([
      { kind: 'put', id: 'cars/stays', etag: from + 1 },
      { kind: 'delete', id: 'cars/gone', etag: from + 2 },
    ]);
    expect(page).toMatchObject({ to: from + 2, drained: true });
    expect(await page.deletes).toBe('kept');
    await proxy.down();
  });

  it('ends a page before what came between its two readings', async () => {
    const { proxy, read, from } = await atTheEnd();
    await remove('cars/end');
    await put('cars/moves');
    const kept = proxy.keep(/docs\?etag/);
    const reading = read(from);
    await kept.answered;
    await put('cars/moves', { Now: 'later' });
    await remove('cars/moves');
    await put('cars/new');
    kept.release();
    const page = await reading;
    expect(page).toMatchObject({ to: from + 3, drained: false });
    expect(page.changes.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'delete cars/end',
      'put cars/moves',
      'delete cars/moves',
    ]);
    const next = await read(page.to + 1);
    expect(next.changes.map(({ id }) => id)).toEqual(['cars/new']);
    expect(next.drained).toBe(true);
    await proxy.down();
  });

  it('makes both anchors before it says where the database is, and leaves them disabled', async () => {
    await feedOf().identify('r');
    await eventually(async () =>
      expect(await anchorStates()).toEqual({ 'Spark/Anchor/1': 'Disabled', 'Spark/Anchor/2': 'Disabled' }),
    );
  });

  it('disables an anchor that a killed process left enabled', async () => {
    await feedOf().identify('r');
    await switchAnchor('Spark/Anchor/2', 'enable');
    await feedOf().identify('r');
    await eventually(async () =>
      expect(await anchorStates()).toEqual({ 'Spark/Anchor/1': 'Disabled', 'Spark/Anchor/2': 'Disabled' }),
    );
  });

  it('says lost when somebody removed the anchors, makes them again, and keeps deletes from then on', async () => {
    const feed = feedOf();
    const { lastEtag: began } = await feed.identify('r');
    for (const name of ANCHORS) {
      await http.request({ method: 'DELETE', path: http.path('/indexes', { name }) });
    }
    await put('cars/1');
    await remove('cars/1');
    await cleanTombstones();
    const query = { collection: 'Cars', from: began + 1, deletesAfter: began, limit: 100 };
    expect(await (await feed.read(query)).deletes).toBe('lost');
    const { lastEtag: later } = await feed.identify('r');
    await put('cars/2');
    await remove('cars/2');
    await cleanTombstones();
    const again = await feed.read({ ...query, from: later + 1, deletesAfter: later });
    expect(await again.deletes).toBe('kept');
    expect(again).toMatchObject({ changes: [{ kind: 'delete', id: 'cars/2' }] });
  });

  it('releases nothing by anchors that began to keep after the deletes were cleaned away', async () => {
    const began = (await feedOf().identify('r')).lastEtag;
    for (const name of ANCHORS) {
      await http.request({ method: 'DELETE', path: http.path('/indexes', { name }) });
    }
    await put('cars/3');
    await remove('cars/3');
    await cleanTombstones();
    // A new process, which knows nothing of the old anchors, goes on from where the last one was.
    const page = await feedOf().read({
      collection: 'Cars',
      from: began + 1,
      deletesAfter: began,
      limit: 100,
    });
    expect(await page.deletes).toBe('lost');
    expect(page.changes).toEqual([]);
  });

  it('releases deletes also below what was confirmed of the database that was there before', async () => {
    const feed = feedOf();
    await feed.identify('r');
    await feed.keepDeletesAfter(1_000_000);
    await put('cars/4');
    await remove('cars/4');
    let { lastEtag: confirmed } = await feed.identify('r');
    const kept = async () =>
      (await http.onOneNode((node) => readItems(http, node, 0, 1_024, ['DocumentTombstone']))).items;
    expect((await kept()).map(({ id }) => id)).toContain('cars/4');
    await eventually(async () => {
      await feed.keepDeletesAfter(++confirmed);
      await cleanTombstones();
      expect((await kept()).map(({ id }) => id)).not.toContain('cars/4');
    });
  });

  it('makes no promise about deletes without the right to make anchors', async () => {
    const proxy = await startProxy(testServers().ravendbUrl);
    proxy.forbid(/\/admin\//);
    const feed = feedOf({ ...settings, urls: [proxy.url] });
    const { lastEtag: began } = await feed.identify('r');
    await feed.keepDeletesAfter(began);
    await put('cars/4');
    const page = await feed.read({ collection: 'Cars', from: began + 1, deletesAfter: began, limit: 100 });
    expect(await page.deletes).toBe('best-effort');
    expect(page).toMatchObject({ changes: [{ kind: 'put', id: 'cars/4' }] });
    await proxy.down();
  });

  it('is unavailable while the server is away, keeps readers waiting, and continues automatically', async () => {
    const proxy = await startProxy(testServers().ravendbUrl);
    const feed = feedOf({ ...settings, urls: [proxy.url] });
    const { lastEtag } = await feed.identify('r');
    const query = { collection: 'Cars', from: lastEtag + 1, deletesAfter: lastEtag, limit: 100 };
    const waiting = feed.wait(lastEtag, AbortSignal.timeout(120_000));
    await feed.read(query);
    await proxy.down();
    await expect(feed.read(query)).rejects.toThrow(UnavailableError);
    await put('cars/5');
    await proxy.up();
    await waiting;
    expect((await feed.read(query)).changes).toMatchObject([{ kind: 'put', id: 'cars/5' }]);
    await proxy.down();
  });

  it('wakes who waits without waiting for its own look', async () => {
    const feed = feedOf(settings, { pollMs: 3_600_000 });
    const signal = AbortSignal.timeout(120_000);
    for (const round of [1, 2, 3]) {
      const { lastEtag } = await feed.identify('r');
      const waiting = feed.wait(lastEtag, signal);
      await put('cars/6', { Round: round });
      await waiting;
    }
    expect(signal.aborted).toBe(false);
  });

  it('cuts a page by bytes, so that big documents do not pile up', async () => {
    const feed = feedOf(settings, { pageBytes: 64 * 1024 });
    const { lastEtag } = await feed.identify('r');
    for (let n = 0; n < 60; n++) await put(`big/${n}`, { Text: 'x'.repeat(20_000) });
    const sizes: number[] = [];
    const ids: string[] = [];
    for (let from = lastEtag + 1; ;) {
      const page = await feed.read({ collection: 'Cars', from, deletesAfter: lastEtag, limit: 4_096 });
      sizes.push(page.changes.length);
      ids.push(...page.changes.map(({ id }) => id));
      from = page.to + 1;
      if (page.drained) break;
    }
    expect(ids).toEqual(Array.from({ length: 60 }, (_, n) => `big/${n}`));
    expect(Math.max(...sizes)).toBeLessThan(30);
  });
});
