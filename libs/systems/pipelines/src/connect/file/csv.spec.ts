import { describe, expect, it } from '@jest/globals';
import { csvFormat, readCsvRecord, writeCsv } from './csv.ts';

const schema = {
  type: 'object',
  properties: { id: { type: 'integer' }, ok: { type: ['boolean', 'null'] }, name: { type: 'string' } },
};
const format = csvFormat(schema);

/** Reads a file in batches of `most`, from as many bytes at once. */
function readAll(text: string | Buffer, most: number, atOnce: number) {
  const file = Buffer.from(text);
  const found = [];
  for (let from = 0; from < file.length;) {
    let length = atOnce;
    let end = 0;
    for (; end === 0; length *= 2) {
      const bytes = file.subarray(from, from + length);
      ({ end } = format.measure(bytes, most, from + length >= file.length));
    }
    const bytes = file.subarray(from, from + end);
    found.push(...format.read(bytes, { file: 'a.csv', from, head: file.subarray(0, format.headBytes) }));
    from += end;
  }
  return found;
}

describe('comma-separated values', () => {
  const text =
    '\ufeffid,name,ok\r\n1,"Bern, Köniz\nBE",true\r\n\r\n2,"""quoted""",\n3,a"b,no\n4,x\n9007199254740993,y,false';

  it('are the same records, however they are cut into batches and bytes', () => {
    const expected = readAll(text, 100, 1_000);
    for (const most of [1, 2, 100])
      for (const atOnce of [1, 7, 30]) expect(readAll(text, most, atOnce)).toEqual(expected);
    expect(expected.map(({ fields, fault }) => fields ?? fault)).toEqual([
      { id: 1, name: 'Bern, Köniz\nBE', ok: true },
      { id: 2, name: '"quoted"' },
      { id: 3, name: 'a"b', ok: 'no' },
      'It has 2 fields, and the first line names 3',
      { id: '9007199254740993', name: 'y', ok: false },
    ]);
    const file = Buffer.from(text);
    for (const { offset, text: record } of expected)
      expect(file.toString('utf8', offset, offset + Buffer.byteLength(record))).toBe(record);
  });

  it('keep the records before a quote that is not closed', () => {
    const [first, second, ...others] = readAll('id\n1\n"2\n3\n', 100, 4);
    expect(first?.fields).toEqual({ id: 1 });
    expect(second?.fault).toBe('A quoted field is not closed');
    expect(others).toEqual([]);
  });

  it('need names of columns, each once', () => {
    expect(() => readAll('id,id\n1,2\n', 10, 100)).toThrow('names "id" twice');
    expect(() => readAll('id,\n1,2\n', 10, 100)).toThrow('has no name');
    expect(() => readAll(`${'x'.repeat(70_000)}\n1\n`, 10, 100_000)).toThrow('64 KiB');
  });

  it('in another encoding fail, each record by itself, and with the names of the columns the file', () => {
    const latin = (letters: string) => readAll(Buffer.from(letters, 'latin1'), 10, 1_000);
    expect(latin('id,name\n1,Köln\n2,Bern\n')).toEqual([
      expect.objectContaining({ fault: expect.stringContaining('It is not UTF-8') }),
      expect.not.objectContaining({ fault: expect.anything() }),
    ]);
    expect(() => latin('id,größe\n1,2\n')).toThrow('is not UTF-8');
  });

  it('whose lines end with carriage returns alone fail the file, as none would be a record', () => {
    expect(() => readAll('id,name\r1,a\r2,b\r', 10, 1_000)).toThrow('end lines with LF or CRLF');
  });

  it('are written with the names of all fields, and read as they were written', () => {
    const records = [
      { id: 1, name: 'a "b", c\nd', 'x.y': { deep: [1, true] } },
      { name: '=1+1', id: null, ok: false, ['__proto__']: 'own' },
    ];
    const written = writeCsv(records);
    expect(written).toBe(
      'id,name,x.y,ok,__proto__\n1,"a ""b"", c\nd","{""deep"":[1,true]}",,\n,=1+1,,false,own\n',
    );
    expect(readAll(written, 10, 1_000).map(({ fields }) => JSON.stringify(fields))).toEqual([
      '{"id":1,"name":"a \\"b\\", c\\nd","x.y":"{\\"deep\\":[1,true]}"}',
      '{"name":"=1+1","ok":false,"__proto__":"own"}',
    ]);
  });

  it('are read one by one where a record is corrected', () => {
    const columns = ['id', 'name'];
    expect(readCsvRecord('5,"a\nb"', columns, schema)).toEqual({ fields: { id: 5, name: 'a\nb' } });
    for (const wrong of ['5', '5,a\n6,b', '5,"a', ''])
      expect(readCsvRecord(wrong, columns, schema).fault).toEqual(expect.any(String));
    expect(readCsvRecord('5,a', undefined, schema).fault).toEqual(expect.any(String));
  });
});
