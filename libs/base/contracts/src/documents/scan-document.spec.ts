import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fromStoredFields } from './field-names.ts';
import { DEEPEST_DOCUMENT, scanDocument } from './scan-document.ts';

describe('a document in a text', () => {
  it('is found in every JSON object, with its metadata as a parser has it', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('@metadata', '@metadat', '\\', '"', '}'));
    const members = fc.uniqueArray(fc.tuple(name, fc.jsonValue()), { selector: ([key]) => key });
    fc.assert(
      fc.property(
        members,
        fc.constantFrom(undefined, 2),
        fc.option(fc.object()),
        (others, space, metadata) => {
          const fields = Object.fromEntries(
            others.filter(([key]) => key !== '@metadata' && key !== '__proto__'),
          );
          const document = metadata === null ? fields : { ...fields, '@metadata': metadata };
          const text = JSON.stringify(document, null, space);
          const found = scanDocument(text);
          if (metadata === null) return expect(found).toBeNull();
          if (found === null || typeof found === 'string') throw new Error(`${found} in ${text}`);
          expect(JSON.parse(text.slice(found.start, found.end))).toEqual(
            JSON.parse(JSON.stringify(metadata)),
          );
        },
      ),
    );
  });

  it.each([
    '',
    '5',
    '"text"',
    '[]',
    '{',
    '{"A":1',
    '{"A":1}}',
    '{"A":1}},{"Id":"people/1"}',
    '{"A":1} {"B":1}',
    '{"A":[1}',
    '{"A":"text}',
    '{"A":"text\\"}',
    `{"A":'"'}},{"B":'"'}`,
    '{"A":1 /* " */ }},{"B":/* " */ 1}',
    '{"A":undefined}',
    '{"A":\u00a01}',
    '{"@metadata":{"A":1},"@metadata",{"B":2}}',
    '{"@metadata":{"A":1},"@metadata"{"B":2}}',
    '{"@metadata":{"A":1},"B","C":"@metadata",{"B":2}}',
    '{"@metadata":{"A":1},"B":"C" "@metadata":{"B":2}}',
    '{"@metadata":{"A":1},"B":5 "@metadata",{"B":2}}',
    '{"@metadata":{"A":1},"@meta\\\rdata":{"B":2}}',
    '{"@metadata":{"A":1},"@meta\\\ndata":{"B":2}}',
  ])('is not %j', (text) => {
    expect(scanDocument(text)).toBe('not-an-object');
  });

  it('is nested no deeper than everything that reads documents can read', () => {
    const nested = (depth: number): string => `${'{"A":'.repeat(depth)}1${'}'.repeat(depth)}`;
    expect(scanDocument(nested(DEEPEST_DOCUMENT))).toBeNull();
    expect(() => fromStoredFields(JSON.parse(nested(DEEPEST_DOCUMENT)))).not.toThrow();
    expect(scanDocument(nested(DEEPEST_DOCUMENT + 1))).toBe('not-an-object');
    expect(scanDocument(nested(100_000))).toBe('not-an-object');
  });

  it('has its metadata once, however its name is written', () => {
    for (const name of ['@metadata', '\\u0040metadata', '@meta\\u0064ata'])
      expect(scanDocument(`{"@metadata":{"A":1},"B":"\\n","${name}":{}}`)).toBe('metadata-twice');
    expect(scanDocument('{"\\u0040metadata":{"A":1}}')).toEqual({ start: 18, end: 25 });
    expect(scanDocument('{"B":"@metadata","C":{"@metadata":{}}}')).toBeNull();
  });

  it('that cannot be pasted into another text as one value is not a document: whatever the text, it ends where it ends', () => {
    const signs = fc.array(fc.constantFrom(...'{}[]:,"\\\'/*1a \n'.split(''), '"@metadata"'), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(signs, (parts) => {
        const text = `{${parts.join('')}`;
        if (scanDocument(text) === 'not-an-object') return;
        let both: unknown;
        try {
          both = JSON.parse(`[${text},1]`);
        } catch {
          return;
        }
        expect(both).toHaveLength(2);
      }),
      { numRuns: 2_000 },
    );
  });
  it('is the same after a longer or shorter one, whatever is in its texts', () => {
    const letter = fc.constantFrom('a', '\u0122', '\u227b', '\u7d7d', '\u{1f697}');
    const length = fc.constantFrom(1, 100, 65_400, 65_536, 70_000);
    fc.assert(
      fc.property(fc.array(fc.tuple(letter, length), { minLength: 1, maxLength: 4 }), (texts) => {
        for (const [sign, times] of texts) {
          const text = `{"Name":"${sign.repeat(times)}","@metadata":{}}`;
          expect(scanDocument(text)).toEqual({ start: text.length - 3, end: text.length - 1 });
          expect(scanDocument(text.slice(0, -1))).toBe('not-an-object');
        }
      }),
      { numRuns: 30 },
    );
  });
});
