import { describe, expect, it } from '@jest/globals';
import { cutDocuments } from './cut-documents.ts';
import { readMetadata } from './document-metadata.ts';

describe('what the feed and the target need of a document', () => {
  const computed = '"@change-vector":"A:7-x","@id":"cars/1","@last-modified":"2026-01-01T00:00:00.0000000Z"';
  const copied = '"spark-etag":5,"spark-generation":"HR/cars:1","spark-source":"Fleet/cars/1"';

  it.each([
    ['a document', `{"@collection":"Cars",${computed}}`, null, null],
    ['a copy', `{"@collection":"Cars",${copied},${computed}}`, 'Fleet/cars/1', 'HR/cars:1'],
    ['a copy in another order', `{${copied},"@collection":"Cars",${computed}}`, 'Fleet/cars/1', 'HR/cars:1'],
    [
      'a copy in the order in which it was sent',
      `{"@collection":"Cars","spark-source":"Fleet/cars/1","spark-etag":5,"spark-generation":"HR/cars:1",${computed}}`,
      'Fleet/cars/1',
      'HR/cars:1',
    ],
    [
      'a copy with more',
      `{"@collection":"Cars",${copied},"X":{"a":1},${computed}}`,
      'Fleet/cars/1',
      'HR/cars:1',
    ],
    [
      'a copy with flags',
      `{"@collection":"Cars",${copied},"@flags":"HasRevisions",${computed}}`,
      'Fleet/cars/1',
      'HR/cars:1',
    ],
    [
      'an id with quotes',
      `{"@collection":"Cars","spark-source":"Fleet/a\\"b","spark-etag":5,"spark-generation":"HR/cars:1",${computed}}`,
      'Fleet/a"b',
      'HR/cars:1',
    ],
  ])('is read of %s, however it is written', (_, metadata, copyOf, generation) => {
    const answer = Buffer.from(`{"Results":[{"A":1,"@metadata":${metadata}}]}`);
    const [slice] = cutDocuments(answer).slices;
    if (!slice) throw new Error('there is no document');
    expect(readMetadata(answer, slice)).toEqual({
      id: 'cars/1',
      collection: 'Cars',
      changeVector: 'A:7-x',
      copyOf,
      generation,
      sourceEtag: copyOf === null ? null : 5,
    });
  });
});
