import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cutDocuments } from './cut-documents.ts';
import { readMetadata } from './document-metadata.ts';

const answerOf = (documents: unknown[]) =>
  Buffer.from(JSON.stringify({ Results: documents, Includes: {} }), 'utf8');

const textsOf = (answer: Buffer) =>
  cutDocuments(answer).slices.map((slice) => slice && answer.toString('utf8', slice.start, slice.end));

const metadata = (id: string) => ({
  '@collection': 'Cars',
  '@change-vector': 'A:1-abc',
  '@id': id,
  '@last-modified': 'now',
});

describe('cutting an answer into documents', () => {
  it('finds the same documents as JSON.parse, with any content', () => {
    const document = fc
      .tuple(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), fc.string({ unit: 'binary' }))
      .map(([fields, id]) => {
        const { '@metadata': _, ...rest } = fields;
        return { ...rest, '@metadata': metadata(id) };
      });
    fc.assert(
      fc.property(fc.array(fc.oneof(document, fc.constant(null))), (documents) => {
        const answer = answerOf(documents);
        const expected = documents.map((one) => one && JSON.stringify(one));
        expect(textsOf(answer)).toEqual(expected);
        const { slices, whole } = cutDocuments(answer);
        expect(whole).toBe(true);
        const ids = slices.map((slice) => slice && readMetadata(answer, slice).id);
        expect(ids).toEqual(documents.map((one) => one && one['@metadata']['@id'].toWellFormed()));
      }),
    );
  });

  it('gives the whole documents of an answer that ends anywhere', () => {
    const documents = [
      { A: '}]"\\', '@metadata': metadata('a') },
      null,
      { B: [{}], '@metadata': metadata('b') },
    ];
    const answer = answerOf(documents);
    const expected = documents.map((one) => one && JSON.stringify(one));
    const end = answer.indexOf('],"Includes"');
    for (let length = 0; length <= end; length++) {
      const part = answer.subarray(0, length);
      const texts = textsOf(part);
      expect(cutDocuments(part).whole).toBe(false);
      expect(texts).toEqual(expected.slice(0, texts.length));
    }
  });

  it("does not take an inner @metadata, or a text that looks like one, for the document's own", () => {
    const inner = { '@metadata': metadata('inner'), Text: '"@metadata":{"@id":"text"}' };
    const answer = answerOf([{ inner, list: [inner], '@metadata': metadata('own') }]);
    const slice = cutDocuments(answer).slices[0];
    if (!slice) throw new Error('no document');
    expect(readMetadata(answer, slice).id).toBe('own');
  });
});

describe('the metadata of a document', () => {
  const read = (fields: object) => {
    const answer = answerOf([{ '@metadata': fields }]);
    const slice = cutDocuments(answer).slices[0];
    if (!slice) throw new Error('no document');
    return readMetadata(answer, slice);
  };

  it('says what a copy is a copy of, and by which generation', () => {
    const copy = { ...metadata('cars/1'), 'spark-source': 'Fleet/cars/1', 'spark-generation': 'HR/cars:7' };
    expect(read(copy)).toMatchObject({ copyOf: 'Fleet/cars/1', generation: 'HR/cars:7' });
    expect(read(metadata('cars/1'))).toMatchObject({ copyOf: null, generation: null });
  });

  it('calls a document without a collection what RavenDB calls it', () => {
    expect(read({ '@id': 'x', '@change-vector': 'A:1-b' }).collection).toBe('@empty');
  });
});
