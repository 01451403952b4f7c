import { describe, expect, it } from '@jest/globals';
import { hasMark, markOf, readContent } from './copy-content.ts';

const MARKS = '"spark-source":"Fleet/cars/1","spark-etag":7,"spark-generation":"HR/cars:2"';
const sent = `{"A":1.10,"B":"x","@metadata":{"@collection":"Cars",${MARKS}}}`;
const stored = (fields: string, metadata = ''): string =>
  `{${fields},"@metadata":{"@collection":"Cars",${MARKS}${metadata},"@change-vector":"A:1","@id":"cars/1","@last-modified":"now"}}`;

const expected = [markOf(readContent(sent), false), markOf(readContent(sent), true)];

describe('the content of a copy', () => {
  it('is the same as it was sent and as a store has it, with its marks', () => {
    const content = readContent(stored('"A":1.10,"B":"x"'));
    expect(content).toMatchObject({ copyOf: 'Fleet/cars/1', generation: 'HR/cars:2', sourceEtag: 7 });
    expect(expected.map((mark) => hasMark(content, mark))).toEqual([true, true]);
  });

  it('is recognized by its text alone, in the order in which it was sent and sorted by name', () => {
    const byName = '"spark-etag":7,"spark-generation":"HR/cars:2","spark-source":"Fleet/cars/1"';
    const content = readContent(stored('"A":1.10,"B":"x"').replace(MARKS, byName));
    expect(content).toMatchObject({ copyOf: 'Fleet/cars/1', generation: 'HR/cars:2', sourceEtag: 7 });
    expect(expected[0]).toMatch(/^x/);
    expect(hasMark(content, expected[0] ?? '')).toBe(true);
  });

  it('is the same in meaning where a store writes it in another way, or adds metadata of its own', () => {
    for (const text of [
      stored('"B":"\\u0078","A":1.1'),
      stored('"A":1.10,"B":"x"', ',"@counters":["likes"],"@flags":"HasCounters"'),
      ` ${stored('"A":1.10,"B":"x"').replace(',"@metadata"', ', "@metadata"')}`,
    ]) {
      expect(hasMark(readContent(text), expected[1] ?? '')).toBe(true);
      expect(readContent(text)).toMatchObject({ copyOf: 'Fleet/cars/1', sourceEtag: 7 });
    }
  });

  it.each([
    ['another value', stored('"A":1.11,"B":"x"')],
    ['one more field', stored('"A":1.10,"B":"x","C":null')],
    ['one less', stored('"A":1.10')],
    ['more after the metadata', `${stored('"A":1.10,"B":"x"').slice(0, -1)},"C":1}`],
    ['other metadata', stored('"A":1.10,"B":"x"', ',"@expires":"2030-01-01"')],
    ['another collection', stored('"A":1.10,"B":"x"').replace('"Cars"', '"Vans"')],
    ['metadata inside of a field', stored('"A":1.10,"B":{"C":"x","@metadata":{}}')],
  ])('is not the same with %s', (_what, text) => {
    expect(expected.map((mark) => hasMark(readContent(text), mark))).toEqual([false, false]);
  });

  it('has the metadata that the script gave it', () => {
    const own = sent.replace('{"@collection"', '{"@expires":"2030","@collection"');
    const content = readContent(own);
    expect(markOf(content, false)).toMatch(/^c/);
    expect(
      hasMark(readContent(stored('"A":1.10,"B":"x"', ',"@expires":"2030"')), markOf(content, false)),
    ).toBe(true);
    expect(hasMark(readContent(stored('"A":1.10,"B":"x"')), markOf(content, false))).toBe(false);
  });

  it('says of a document without marks that it has none', () => {
    const content = readContent('{"A":1,"@metadata":{"@collection":"Cars","spark-etag":"7"}}');
    expect(content).toMatchObject({ copyOf: null, generation: null, sourceEtag: null });
  });
});
