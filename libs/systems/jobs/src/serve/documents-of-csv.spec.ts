import { describe, expect, it } from '@jest/globals';
import { documentsOfCsv } from './documents-of-csv.ts';

/** In pieces that cut through characters and quotes. */
async function* pieces(text: string | Buffer, size = 3): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string | Buffer): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const line of documentsOfCsv(pieces(text))) found.push(JSON.parse(Buffer.from(line).toString()));
  return found;
}

describe('Rows of CSV', () => {
  it('are documents with the names of the first line, and all values as the texts that they are', async () => {
    expect(
      await read('\ufeffid,City,Zip\r\no/1,"Köln, Süd",01067\r\no/2,"say ""hi""\nthere",1.10\r\n'),
    ).toEqual([
      { id: 'o/1', document: { id: 'o/1', City: 'Köln, Süd', Zip: '01067' } },
      { id: 'o/2', document: { id: 'o/2', City: 'say "hi"\nthere', Zip: '1.10' } },
    ]);
  });

  it('without a column id have their number as their id', async () => {
    expect(await read('a,__proto__\n1,2\n3,')).toEqual([
      { id: 'rows/1', document: JSON.parse('{"a":"1","__proto__":"2"}') },
      { id: 'rows/2', document: JSON.parse('{"a":"3","__proto__":""}') },
    ]);
    expect(await read('')).toEqual([]);
  });

  it.each([
    ['a row with too few values', 'a,b\n1', 'line 2'],
    ['a quote that is not closed', 'a,b\n1,"2\n', 'Quote Not Closed'],
    ['a column that is there twice', 'a,a\n1,2', 'appears twice'],
    ['a column without a name', 'a,\n1,2', 'has to name the columns'],
  ])('that cannot be read are refused: %s', async (_what, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining(message),
    });
  });

  it.each(['a,b\n1,Köln\n', 'a,b\n1,Né'])('in another encoding than UTF-8 are refused: %j', async (text) => {
    await expect(read(Buffer.from(text, 'latin1'))).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('it is not UTF-8'),
    });
  });

  it('that do not all arrive are not an input', async () => {
    const cut = (async function* () {
      yield Buffer.from('a\n1\n');
      throw new Error('the connection broke');
    })();
    const reading = (async () => {
      for await (const line of documentsOfCsv(cut)) void line;
    })();
    await expect(reading).rejects.toThrow('the connection broke');
  });
});
