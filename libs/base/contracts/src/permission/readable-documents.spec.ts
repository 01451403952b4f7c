import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SYSTEM_COLLECTIONS } from '../names/house-documents.ts';
import { documentCutter } from './cut-document.ts';
import { ReadableDocuments, readableExtras } from './readable-documents.ts';

const cut = (fields: readonly string[], text: string): string =>
  Buffer.from(documentCutter(fields)(Buffer.from(text))).toString('utf8');

describe('what a requester may read', () => {
  const json = Buffer.from('{"Model":"Golf","Price":7,"@metadata":{"@collection":"Cars"}}');
  const of = (collection: string, copyOf: string | null = null) => ({ collection, copyOf, json });

  it('are the documents of collections that are shared with it, however these are spelled', () => {
    const readable = new ReadableDocuments([{ collection: 'Cars' }]);
    expect([readable.has('cars'), readable.has('CARS'), readable.has('People')]).toEqual([true, true, false]);
    expect([readable.see(of('CARS')), readable.see(of('People'))]).toEqual([json, null]);
    expect(new ReadableDocuments([]).see(of('Cars'))).toBeNull();
  });

  it('are of each document the fields that are shared, and no copies', () => {
    const readable = new ReadableDocuments([{ collection: 'Cars', fields: ['Model'] }]);
    expect(String(readable.see(of('Cars')))).toBe('{"Model":"Golf","@metadata":{"@collection":"Cars"}}');
    expect(readable.see(of('Cars', 'Depot/cars/1'))).toBeNull();
  });

  it.each(SYSTEM_COLLECTIONS)("never includes Spark's own collections, such as %s", (system) => {
    const readable = new ReadableDocuments([{ collection: system }, { collection: system.toLowerCase() }]);
    expect([readable.see(of(system)), readable.see(of(system.toUpperCase()))]).toEqual([null, null]);
  });

  it('includes what hangs on documents only where that is named, once fields are', async () => {
    const source = {
      counters: async () => [[{ name: 'km', value: '7' }]],
      timeSeries: async () => [{ at: '2026-01-01T00:00:00.000Z', values: [1], tag: null }],
      openAttachment: async () => ({ hash: 'h', content: (async function* () {})() }),
    };
    const read = async (fields?: readonly string[]) => {
      const extras = readableExtras(source, fields ? { fields } : {});
      const [counters] = await extras.counters([{ id: 'cars/1', names: ['km'] }]);
      const series = await extras.timeSeries('cars/1', 'speed', null, null);
      return [counters?.length, series.length, (await extras.openAttachment('cars/1', 'photo')) !== null];
    };
    expect(await read()).toEqual([1, 1, true]);
    expect(await read(['Model'])).toEqual([0, 0, false]);
    expect(await read(['Model', '@counters'])).toEqual([1, 0, false]);
    expect(await read(['@timeseries', '@attachments'])).toEqual([0, 1, true]);
  });
});

describe('a document of which fields are shared', () => {
  const metadata = `"@metadata":{"@collection":"Cars","@id":"cars/1","@last-modified":"t"}`;

  it.each([
    [['A'], `{"A":1.10,"B":2,${metadata}}`, `{"A":1.10,${metadata}}`],
    [['A.B'], `{"A":{"B":[1, 2],"C":3},${metadata}}`, `{"A":{"B":[1, 2]},${metadata}}`],
    [['A.B'], `{"A":[{"B":1,"C":2},7,[{"B":3,"C":4}]],${metadata}}`, `{"A":[{"B":1},[{"B":3}]],${metadata}}`],
    [['A.B'], `{"A":"secret",${metadata}}`, `{${metadata}}`],
    [['A.B', 'A'], `{"A":{"C":3},${metadata}}`, `{"A":{"C":3},${metadata}}`],
    [['A'], `{"\\u0041":1,"\\u0042":2,"A":3,${metadata}}`, `{"\\u0041":1,"A":3,${metadata}}`],
    [['A'], `{"a":1,"__proto__":{"A":2},${metadata}}`, `{${metadata}}`],
    [['A'], `{"A":1}`, `{"A":1}`],
    [
      ['A', '@metadata.Tenant', '@counters'],
      `{"@metadata":{"Tenant":"x","Secret":"y","@collection":"C","@counters":["km"],"@attachments":[1]}}`,
      `{"@metadata":{"Tenant":"x","@collection":"C","@counters":["km"]}}`,
    ],
    [['@metadata'], `{"A":1,"@metadata":{"Secret":"y"}}`, `{"@metadata":{"Secret":"y"}}`],
  ])('%j: %s is %s', (fields, text, left) => {
    expect(cut(fields, text)).toBe(left);
  });

  it('may be nested as deep as its text is long', () => {
    for (const depth of [5_000, 200_000]) {
      const list = (within: string) => `{"A":${'['.repeat(depth)}${within}${']'.repeat(depth)}}`;
      expect(cut(['A.B'], list('{"B":1,"C":2},7'))).toBe(list('{"B":1}'));
      const nested = `${'{"A":'.repeat(depth)}1${'}'.repeat(depth)}`;
      expect(cut(['A'], nested)).toBe(nested);
      expect(cut([Array.from({ length: 3 }, () => 'A').join('.')], nested)).toBe(nested);
    }
  });

  it.each(['', '[]', '{"A":1', '{"A":[1', '{"A":{"B":1', '{"A":{"B":"x', '{"A":{,}', '{A:1}', '{"A":}'])(
    'is not made of %j, which is not a whole document',
    (text) => {
      expect(() => cut(['A.B'], text)).toThrow(SyntaxError);
    },
  );

  it('has no byte of any other field left, whatever is in it', () => {
    const canary = 'canary-7f3a';
    const names = fc.constantFrom('A', 'B', 'C', 'é', 'a"b', '__proto__', 'constructor');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        fc.string().map((text) => `${canary}${text}`),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(names, tie('value'), { maxKeys: 3 }),
      ),
    }));
    const shared = [['A'], ['B', 'C']] as const;
    fc.assert(
      fc.property(
        fc.dictionary(names, value),
        fc.array(fc.constantFrom(...shared), { maxLength: 2 }),
        (document, paths) => {
          const fields = paths.map((path) => path.join('.'));
          const left = JSON.parse(cut(fields, JSON.stringify(document))) as Record<string, unknown>;
          const expected = paths.some(([first]) => first === 'A') && Object.hasOwn(document, 'A');
          expect(left['A']).toEqual(expected ? JSON.parse(JSON.stringify(document['A'])) : undefined);
          const { A: _shared, B: partly, ...others } = left;
          expect(others).toEqual({});
          if (!paths.some(([first]) => first === 'B')) expect(partly).toBeUndefined();
          else expect(foreignNames(partly)).toEqual([]);
        },
      ),
    );
  });
});

/** Names beside `C` on the way to it, and values that are not objects. */
function foreignNames(value: unknown): unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(foreignNames);
  if (typeof value !== 'object' || value === null) return [value];
  return Object.keys(value).filter((name) => name !== 'C');
}
