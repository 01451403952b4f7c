import { describe, expect, it } from '@jest/globals';
import type { ChangeCommand } from './change-set.ts';
import { decodeChangeSet, encodeChangeSet } from './codec.ts';
import { asTexts, type WritableCommand } from './large-put.ts';
import { MalformedChangeSetError } from './malformed.ts';
import { HEADER } from '../fixtures/change-set-header.ts';

const EXTRAS: ChangeCommand[] = [
  { type: 'put', id: 'cars/1', document: '{"A":"\\t"}' },
  {
    type: 'attachments',
    id: 'cars/1',
    attachments: [
      {
        name: 'tab\tand\nline',
        contentType: 'image/png',
        hash: 'h=',
        size: 3,
        source: { id: 'cars/1', name: 'photo' },
        content: 'task/1/x/1',
      },
    ],
  },
  { type: 'counters', id: 'cars/1', counters: [{ name: '⭐', value: '9223372036854775807' }] },
  { type: 'time-series-names', id: 'cars/1', names: ['Speed'] },
  { type: 'no-extras', id: 'cars/2' },
  {
    type: 'time-series',
    id: 'cars/1',
    name: 'Speed',
    from: null,
    to: '2030-01-01T00:00:00.000Z',
    entries: [{ at: '2026-01-01T00:00:00.0000000Z', values: [1, -2.5e-7], tag: null }],
  },
];

describe('A change set as the log carries it', () => {
  it('comes back with its attachments, counters and time series as it went in', async () => {
    const set = { ...HEADER, commands: EXTRAS };
    expect(await decodeChangeSet(await encodeChangeSet(set))).toEqual(set);
  });

  it('of a version that knew none of these is read as before', async () => {
    const lines = 'P\t"cars/1"\t{"A":1}\nD\t"cars/2"\nX\t"cars/3/"';
    const headers = { 'Spark-Format': '1', 'Spark-Set': JSON.stringify(HEADER) };
    expect((await decodeChangeSet({ headers, payload: Buffer.from(lines) })).commands).toEqual([
      { type: 'put', id: 'cars/1', document: '{"A":1}' },
      { type: 'delete', id: 'cars/2' },
      { type: 'delete-prefix', prefix: 'cars/3/' },
    ]);
  });

  it('takes documents that are written on several lines', async () => {
    const document = '{\n\t"A": [1,\r\n2],\n"T":"\\n"\n}';
    const commands: ChangeCommand[] = [
      { type: 'put', id: 'a\nb\tc', document },
      { type: 'delete', id: 'cars/2' },
    ];
    const read = await decodeChangeSet(await encodeChangeSet({ ...HEADER, commands }));
    expect(read.commands).toMatchObject([
      { type: 'put', id: 'a\nb\tc' },
      { type: 'delete', id: 'cars/2' },
    ]);
    const [put] = read.commands;
    expect(put?.type === 'put' && JSON.parse(put.document)).toEqual({ A: [1, 2], T: '\n' });
  });

  it('takes large documents in parts, and makes the same bytes of them', async () => {
    const document = '{\n"A": "ä⭐\\n",\r\n"B": [1,\n2]}';
    const [begin, end] = [document.slice(0, 9), document.slice(9)];
    const small: ChangeCommand[] = [...EXTRAS, { type: 'put', id: 'cars/2', document: '{\n}' }];
    const commands: ChangeCommand[] = [...small, { type: 'put', id: 'a\nb', document }, ...small];
    const parts = [begin.slice(0, 4), new Uint8Array(Buffer.from(begin.slice(4))), end];
    const large: WritableCommand[] = [...small, { type: 'large-put', id: 'a\nb', parts }, ...small];
    expect(await encodeChangeSet({ ...HEADER, commands: large })).toEqual(
      await encodeChangeSet({ ...HEADER, commands }),
    );
    expect(asTexts(large)).toEqual(commands);
  });

  it('with a command that this version does not know is refused, not half read', async () => {
    const headers = { 'Spark-Format': '1', 'Spark-Set': JSON.stringify(HEADER) };
    const payload = Buffer.from('D\t"cars/2"\nZ\t"cars/1"\t{}');
    await expect(decodeChangeSet({ headers, payload })).rejects.toThrow(MalformedChangeSetError);
  });
});

it('Encoding a change set leaves no bytes to the garbage collector, and decoding it only those of the decompressor', async () => {
  const bytes = 4_000_000;
  const commands: ChangeCommand[] = [{ type: 'put', id: 'cars/1', document: `{"A":"${'x'.repeat(bytes)}"}` }];
  const before = process.memoryUsage().arrayBuffers;
  const held = (): number => process.memoryUsage().arrayBuffers - before;
  const encoded = await encodeChangeSet({ ...HEADER, commands });
  expect(held()).toBeLessThan(bytes / 2);
  await decodeChangeSet(encoded);
  expect(held()).toBeLessThan(1.5 * bytes);
});
