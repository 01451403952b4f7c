import { expect, it } from '@jest/globals';
import type { EtlCommand } from '@nestjs-spark/etl-script';
import { previewWarnings } from './preview-warnings.ts';
import type { PreviewedDocument } from './preview-result.ts';

const put = (fields: string, collection = 'Cars'): EtlCommand => ({
  type: 'put',
  id: 'cars/1',
  collection,
  fields,
});
const gone: EtlCommand = { type: 'delete', id: 'cars/1' };

function said(...documents: EtlCommand[][]): string[] {
  return previewWarnings(
    null,
    [],
    documents.map((commands) => ({ commands }) as PreviewedDocument),
  );
}

it.each<[string, EtlCommand[][], string[]]>([
  ['no copy', [], []],
  ['nothing that is null', [[put('{"A":1}')]], []],
  ['one copy', [[put('{"A":null}')]], ['`A`: null in 1 of 1 copy']],
  ['all of twelve', Array.from({ length: 12 }, () => [put('{"A":null}')]), ['`A`: null in 12 of 12 copies']],
  ['all but one', [[put('{"A":null}')], [put('{"A":null}')], [put('{"A":0}')]], []],
  ['one that lacks it', [[put('{"A":null}')], [put('{}')]], []],
  [
    'several fields',
    [[put('{"A":null,"B":1,"C":null}')], [put('{"C":null,"A":null}')]],
    ['`A`: null in 2 of 2 copies', '`C`: null in 2 of 2 copies'],
  ],
  [
    'several copies of one document',
    [[put('{"A":null}'), put('{"A":null}')]],
    ['`A`: null in 2 of 2 copies'],
  ],
  [
    'two collections, each for itself',
    [[put('{"A":null}'), put('{"A":1}', 'Brands')]],
    ['`A`: null in 1 of 1 copy'],
  ],
  ['what only deletes', [[gone], [gone]], []],
  ['copies beside deletes', [[gone, put('{"A":null}')], [gone]], ['`A`: null in 1 of 1 copy']],
  ['null deep inside, in a list or as a text', [[put('{"A":{"B":null},"C":[null],"D":"null"}')]], []],
  ['a name with quotes', [[put('{"a\\"b":null}')]], ['`a"b`: null in 1 of 1 copy']],
  ['a name in escapes', [[put('{"\\u0041":null}')], [put('{"A":null}')]], ['`A`: null in 2 of 2 copies']],
])(
  'A preview names the fields that are null in every copy, and no others: %s',
  (_what, documents, expected) => {
    expect(said(...documents)).toEqual(expected);
  },
);
