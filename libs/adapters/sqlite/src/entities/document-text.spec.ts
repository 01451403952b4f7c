import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ContentRefusedError } from '@nestjs-spark/contracts';
import { joinDocument } from './join-document.ts';
import { splitDocument } from './split-document.ts';

const row = (text: string) => {
  const { fields, metadata } = splitDocument('cars/1', text);
  return { etag: 7, id: 'cars/1', document: fields, metadata, modified: 0 };
};

describe('the text of a document', () => {
  it.each([
    ['{"A":9007199254740993,"B":1.10,"@metadata":{"@collection":"Cars"}}', '{"A":9007199254740993,"B":1.10}'],
    ['{"@metadata":{"@collection":"Cars"},"A":1}', '{"A":1}'],
    ['{ "A" : 1 , "@metadata" : {"@collection":"Cars"} , "B":[ 1,2 ] }', '{"A" : 1,"B":[ 1,2 ]}'],
    ['{"@metadata":{"@collection":"Cars"}}', '{}'],
    [
      '{"A":{"@metadata":{"@collection":"No"}},"@metadata":{"@collection":"Cars"}}',
      '{"A":{"@metadata":{"@collection":"No"}}}',
    ],
    ['{"A":"\\"@metadata\\":{","@metadata":{"@collection":"Cars"}}', '{"A":"\\"@metadata\\":{"}'],
  ])('keeps its fields as they were written: %s', (text, fields) => {
    expect(splitDocument('cars/1', text)).toEqual({ fields, collection: 'Cars', metadata: null });
  });

  it('keeps a field of any length, even after the metadata', () => {
    const long = `"A":${JSON.stringify('x'.repeat(10_000_000))}`;
    const { fields } = splitDocument('cars/1', `{"@metadata":{"@collection":"Cars"},${long}}`);
    expect(fields === `{${long}}`).toBe(true);
  });

  it('belongs to no collection when it names none', () => {
    expect(splitDocument('x', '{"A":{"@metadata":{"@collection":"No"}}}').collection).toBe('@empty');
    expect(splitDocument('x', '{"@metadata":{}}')).toEqual({
      fields: '{}',
      collection: '@empty',
      metadata: null,
    });
  });

  it.each(['null', '5', '[]', '"x"'])('is refused, as on RavenDB, with metadata that is %s', (metadata) => {
    for (const text of [`{"A":1,"@metadata":${metadata}}`, `{"@metadata":${metadata},"A":1}`])
      expect(() => splitDocument('x', text)).toThrow(ContentRefusedError);
  });

  it.each([' { } ', '{}', '{\n}', ' {"A":1} '])(
    'is JSON with metadata as other programs write it: %j',
    (metadata) => {
      const text = joinDocument({ ...row('{}'), metadata }, 'Cars', 'db');
      expect(JSON.parse(text)).toMatchObject({
        '@metadata': { '@collection': 'Cars', ...JSON.parse(metadata) },
      });
    },
  );

  it('shows its id, its collection, when it was changed and its version', () => {
    const text =
      '{"A":1,"@metadata":{"spark-source":"Fleet/x","@id":"no","@collection":"Cars","@flags":"x"}}';
    expect(JSON.parse(joinDocument(row(text), 'Cars', 'db'))).toEqual({
      A: 1,
      '@metadata': {
        '@collection': 'Cars',
        'spark-source': 'Fleet/x',
        '@change-vector': 'A:7-db',
        '@id': 'cars/1',
        '@last-modified': '1970-01-01T00:00:00.0000000Z',
      },
    });
  });

  it.each([
    '"N":9007199254740993,"P":1.10,"10":{"a":1e3},"2":[-0.0]',
    '"@expires":"2090-01-01T00:00:00.0000000Z","Raven-Clr-Type":"Fleet.Car, Fleet"',
  ])('keeps the metadata that its writer gave as it was written: %s', (own) => {
    for (const text of [
      `{"@metadata":{"@collection":"Cars",${own}},"A":1}`,
      `{"A":1,"@metadata":{${own},"@id":"x"}}`,
    ]) {
      expect(splitDocument('cars/1', text).metadata).toBe(`{${own}}`);
    }
  });

  it('comes back with the same fields, of any kind', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.boolean(), (fields, first) => {
        delete fields['@metadata'];
        const metadata = { '@metadata': { '@collection': 'Cars' } };
        const text = JSON.stringify(first ? { ...metadata, ...fields } : { ...fields, ...metadata });
        const { '@metadata': _metadata, ...back } = JSON.parse(
          joinDocument(row(text), 'Cars', 'db'),
        ) as Record<string, unknown>;
        expect(back).toEqual(JSON.parse(JSON.stringify(fields)));
      }),
    );
  });
});
