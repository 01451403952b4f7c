import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ravenKey, refusedId, unsettledId } from '@nestjs-spark/contracts/internal';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { ensureDatabase } from '../connect/ensure-database.ts';
import { RavenHttp } from '../connect/raven-http.ts';
import { readItems } from '../read-documents/all-items.ts';

const AT_ONCE = 100;

/** Every letter of the BMP that an id may have, and some of each plane beyond, in runs that fit into an id. */
const LETTERS = [
  ...Array.from({ length: 0x10_000 }, (_, code) => String.fromCharCode(code)),
  ...Array.from({ length: 0x1000 }, (_, at) => String.fromCodePoint(0x10_000 + at)),
  ...Array.from({ length: 16 }, (_, plane) =>
    String.fromCodePoint((plane + 1) * 0x10_000 + (0x1e_900 % 0x10_000)),
  ),
  '\u{10ffff}',
].filter((letter) => refusedId(`a${letter}b`) === null && unsettledId(letter) === null);

const IDS = Array.from({ length: Math.ceil(LETTERS.length / AT_ONCE) }, (_, run) => {
  return `${run}/${LETTERS.slice(run * AT_ONCE, (run + 1) * AT_ONCE).join('')}.`;
});

describeWithServers(['ravendb'], "RavenDB's rule for ids", () => {
  const settings = { urls: [testServers().ravendbUrl], database: `ids-${randomUUID().slice(0, 8)}` };
  let http: RavenHttp;

  beforeAll(async () => {
    http = new RavenHttp(settings);
    await ensureDatabase(http, settings, { create: true });
  });
  afterAll(async () => {
    await http.sendJson('DELETE', '/admin/databases', {
      DatabaseNames: [settings.database],
      HardDelete: true,
    });
    await http.close();
  });

  const send = (commands: object[]) =>
    http.sendJson<{ Results: { '@id': string }[] }>('POST', http.path('/bulk_docs'), { Commands: commands });
  const put = (Id: string) => ({
    Id,
    Type: 'PUT',
    ChangeVector: null,
    Document: { '@metadata': { '@collection': 'Cars' } },
  });

  it('is ours, for every letter: a deleted id is said by its key', async () => {
    await send(IDS.map(put));
    await send(IDS.map((Id) => ({ Id, Type: 'DELETE', ChangeVector: null })));
    const keys: string[] = [];
    for (let from = 0; ;) {
      const { items } = await http.onOneNode((node) =>
        readItems(http, node, from, 4_096, ['DocumentTombstone']),
      );
      keys.push(...items.map(({ id }) => id));
      if (items.length < 4_096) break;
      from = (items.at(-1)?.etag ?? from) + 1;
    }
    expect(new Set(keys)).toEqual(new Set(IDS.map(ravenKey)));
  });

  it('keeps as it is what we take, and makes something else of what we refuse, or refuses it', async () => {
    const kept: string[] = [];
    const white = [
      ...'\t\n\r \u0085\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\u180e\u200b\ufeff',
    ];
    const odd = [
      '',
      'a/',
      'a|',
      '/',
      '|',
      'a/|',
      'a\\',
      'a\ud800',
      'a\udc00b',
      'a\0b',
      'a\u001fb',
      'a\u007fb',
      '😀a',
    ];
    const long = [
      'x'.repeat(512),
      'x'.repeat(513),
      'é'.repeat(256),
      'é'.repeat(257),
      'Ⱥ'.repeat(170),
      'Ⱥ'.repeat(171),
    ];
    const ids = [
      ...white,
      ...white.map((one) => `${one}${one}`),
      ...white.map((one) => `a${one}`),
      ...odd,
      ...long,
    ];
    for (const id of ids) {
      const answer = await send([put(id)]).catch(() => null);
      if (answer?.Results[0]?.['@id'] === id) kept.push(id);
    }
    expect(kept).toEqual(ids.filter((id) => refusedId(id) === null));
  });
});

describe('The letters that servers lower in different ways', () => {
  it('are named, and no letter that every server lowers is among them', () => {
    expect(unsettledId('cars/\ua7cb')).toContain('U+A7CB');
    for (const id of ['cars/İ', 'ΟΔΟΣ', 'Ⱥ', '\u212a', 'Ა', 'Ꭰ', 'cars/1'])
      expect(unsettledId(id)).toBeNull();
  });
});
