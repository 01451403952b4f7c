import { describe, expect, it } from '@jest/globals';
import { csvFormat } from './csv.ts';

const format = csvFormat(undefined);
const RECORDS = ['\ufeffid,name', '1,"a\r\nb"', '', '2,c', '"3","x"', '4,'];
const FIELDS = [{ id: '1', name: 'a\r\nb' }, { id: '2', name: 'c' }, { id: '3', name: 'x' }, { id: '4' }];

/** The records with LF after each, with CRLF, and with either in turn. */
const FILES = [0b000000, 0b111111, 0b010101, 0b101010].map((choice) =>
  Buffer.from(RECORDS.map((record, n) => record + ((choice >> n) & 1 ? '\r\n' : '\n')).join('')),
);

interface HowFar {
  from: number;
  atOnce: number;
  follows: boolean;
}

/** What a source reads of a file in batches of one record, and up to where. */
function readOn(file: Buffer, { from: begin, atOnce, follows }: HowFar) {
  const found = [];
  const head = file.subarray(0, format.headBytes);
  let [from, length] = [begin, atOnce];
  for (;;) {
    const bytes = file.subarray(from, from + length);
    const isWhole = from + bytes.length === file.length;
    const { end } = format.measure(bytes, 1, isWhole && !follows);
    if (end === 0 && isWhole) return { found, from };
    if (end > 0) found.push(...format.read(bytes.subarray(0, end), { file: 'a.csv', from, head }));
    length = end > 0 ? atOnce : length * 2;
    from += end;
  }
}

const whole = (file: Buffer, from = 0) => readOn(file, { from, atOnce: file.length, follows: false }).found;

describe('a file of comma-separated values with LF and CRLF', () => {
  it('has the same records in pieces of any length', () => {
    for (const file of FILES) {
      const expected = whole(file);
      expect(expected.map(({ fields }) => fields)).toEqual(FIELDS);
      for (let atOnce = 1; atOnce < file.length; atOnce++)
        expect(readOn(file, { from: 0, atOnce, follows: false }).found).toEqual(expected);
    }
  });

  it('has the same records wherever its writer was interrupted, for who follows it', () => {
    for (const file of FILES)
      for (let cut = 0; cut < file.length; cut++) {
        const first = readOn(file.subarray(0, cut), { from: 0, atOnce: 7, follows: true });
        const rest = readOn(file, { from: first.from, atOnce: 7, follows: true });
        expect([...first.found, ...rest.found]).toEqual(whole(file));
        expect(rest.from).toBe(file.length);
      }
  });

  it('has the same records where it ended before or within the end of a line and has grown since', () => {
    for (const file of FILES)
      for (const { offset, text } of [...whole(file), { offset: 0, text: RECORDS[0] ?? '' }])
        for (
          let cut = offset + Buffer.byteLength(text);
          /^[\r\n]/.test(file.toString('latin1', cut));
          cut++
        ) {
          const first = readOn(file.subarray(0, cut), { from: 0, atOnce: 7, follows: false });
          expect(first.from).toBe(cut);
          expect([...first.found, ...whole(file, cut)]).toEqual(whole(file));
        }
  });
});
