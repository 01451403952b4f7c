import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { copyWriter } from './copy-document.ts';

const blanks = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
const objects = fc.oneof(
  fc.tuple(blanks, blanks).map(([inside, after]) => `{${inside}}${after}`),
  fc
    .tuple(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), blanks, blanks)
    .map(([object, inside, after]) => `${JSON.stringify(object).slice(0, -1)}${inside}}${after}`),
);
const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

it('A copy has the same text, whether it is written from strings or from bytes', () => {
  const task = { owner: 'Fleet', requester: 'HR', name: 'cars' };
  const write = copyWriter(task, 'HR/cars:1');
  const copy = fc.record({ fields: objects, metadata: fc.option(objects, { nil: undefined }) });
  fc.assert(
    fc.property(copy, fc.string(), fc.nat(), ({ fields, metadata }, id, etag) => {
      const collection = 'Cars';
      const text = write({ fields, collection, ...(metadata !== undefined && { metadata }) }, { id, etag });
      const parts = write.inParts(
        { fields: bytes(fields), collection, ...(metadata !== undefined && { metadata: bytes(metadata) }) },
        { id, etag },
      );
      const joined = Buffer.concat(parts.map((part) => Buffer.from(part)));
      expect(joined.toString()).toBe(text);
      expect(JSON.parse(text)).toMatchObject({ '@metadata': { '@collection': collection } });
    }),
  );
});
