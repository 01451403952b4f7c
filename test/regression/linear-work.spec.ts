import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  decodeChangeSet,
  documentCutter,
  isJsonNumber,
  parsePointInTime,
  ravenKey,
  readHeader,
  refusedId,
  scanDocument,
  scanElements,
  scanMembers,
  sqliteKey,
} from '@nestjs-spark/contracts/internal';
import { describeError, redact } from '@nestjs-spark/foundation';
import { printable } from '@nestjs-spark/foundation/internal';
import { parseJson } from '@nestjs-spark/modules/internal';
import { copyCollections, splitMetadata } from '@nestjs-spark/etl-script/internal';
import { WorkCounter } from '../support/count-work.ts';

/** Pieces of what attackers repeat: beginnings of what is looked for, without their ends. */
const PIECES = [
  'a',
  ' ',
  '0',
  '.',
  '-',
  '/',
  ':',
  '"',
  '\\',
  '{',
  '[',
  '[{',
  ',',
  'é',
  'é"',
  '\u001b',
  '\n',
  '@metadata',
  '"@metadata":{',
  '{"a":',
  '"a":1,',
  '\\u0040',
  'eyJ.',
  'Bearer ',
  '://a',
  '?token=a&',
  '-----BEGIN PRIVATE KEY-----',
  'loadToCars(',
  'P\t"a"\t{}\n',
  '2026-01-01T00:00:00.0',
];
/** Of each piece: enough that what is done once does not count. */
const LENGTH = 500;
/** Near twice, which is linear; quadratic work for one of the pieces would come to more. */
const MOST_GROWTH = 2.2;

/** A text that is refused was work, too. */
const refused = () => undefined;

const cut = documentCutter(['A']);

/** What reads texts of others where a module has one thread for everybody. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  redact,
  printable,
  describeError: (text) => describeError(new Error(text, { cause: new Error(`${text}.`) })),
  'a body of JSON': (text) => parseJson(Buffer.from(text)),
  'the names in a body of JSON': (text) => parseJson(Buffer.from(JSON.stringify({ [text]: text }))),
  'a document': scanDocument,
  'the text in a document': (text) => scanDocument(JSON.stringify({ A: text, [text]: 1 })),
  members: (text) => scanMembers(`{"A":${text}`, () => undefined),
  elements: (text) => scanElements(`[${text}`, () => undefined),
  'the shared fields of a document': (text) => cut(Buffer.from(JSON.stringify({ A: text, [text]: [text] }))),
  'the metadata of a document': (text) =>
    splitMetadata(JSON.stringify({ A: text, '@metadata': { [text]: text } })),
  'a change set': (text) => decodeChangeSet({ headers: {}, payload: Buffer.from(text) }),
  'the header of a change set': (text) => readHeader({ headers: { 'Spark-Format': '1', 'Spark-Set': text } }),
  'an id': (text) => [ravenKey(text), sqliteKey(text), refusedId(text)],
  'a number': isJsonNumber,
  'a point in time': parsePointInTime,
  'the collections of a script': (text) => copyCollections('Cars', text),
};

describe('A long text of somebody else', () => {
  let counter: WorkCounter;
  beforeAll(() => {
    counter = new WorkCounter();
  });
  afterAll(() => counter.end());

  it('is counted by the turns of loops as well: what is linear is twice, what is quadratic four times as much', async () => {
    const list = (length: number) => `[${'1,'.repeat(length)}1]`;
    const linear = (length: number) => scanElements(list(length), () => undefined);
    const quadratic = (length: number) => {
      for (let time = 0; time < length / 100; time++) linear(length);
    };
    for (const [work, growth] of [
      [linear, 2],
      [quadratic, 4],
    ] as const) {
      const once = await counter.count(() => work(1_000));
      expect((await counter.count(() => work(2_000))) / once).toBeGreaterThan(growth * 0.9);
    }
  });

  it.each(Object.entries(READERS))('makes twice the work when it is twice as long: %s', async (_, read) => {
    const ofAll = (length: number) => async () => {
      for (const piece of PIECES) await Promise.resolve(piece.repeat(length)).then(read).catch(refused);
    };
    const once = await counter.count(ofAll(LENGTH));
    expect((await counter.count(ofAll(2 * LENGTH))) / once).toBeLessThan(MOST_GROWTH);
  });
});
