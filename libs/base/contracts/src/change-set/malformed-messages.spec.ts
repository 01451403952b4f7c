import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { zstdCompressSync } from 'node:zlib';
import { CHANGE_SET_BOUNDS, ChangeSetBoundsError } from './bounds.ts';
import type { ChangeCommand } from './change-set.ts';
import { decodeChangeSet, encodeChangeSet } from './codec.ts';
import { decodeHeader, readHeader } from './header.ts';
import { MalformedChangeSetError } from './malformed.ts';
import { HEADER } from '../fixtures/change-set-header.ts';

const SEED = Number(process.env['SPARK_TEST_SEED'] ?? 20_261_126);

const headed = (header: unknown, more: Record<string, string> = {}) => ({
  'Spark-Format': '1',
  'Spark-Set': JSON.stringify(header),
  ...more,
});
const decode = (lines: string) => decodeChangeSet({ headers: headed(HEADER), payload: Buffer.from(lines) });
const extra = (command: object) => decode(`E\t"cars/1"\t${JSON.stringify(command)}`);

describe('What is not a change set', () => {
  it.each<[string, object]>([
    ['no task', { task: undefined }],
    ['a name of odd letters', { task: { ...HEADER.task, name: 'a.b' } }],
    ['a generation of nought', { generation: 0 }],
    ['a generation that cannot be counted', { generation: 2 ** 41 }],
    ['an etag that is not exact', { to: 2 ** 53 }],
    ['a negative etag', { from: -1 }],
    ['an etag of text', { to: '9' }],
    ['an end before its beginning', { from: 11 }],
    ['no witness', { witness: undefined }],
    ['a witness of another form', { witness: { number: 'x', mark: 'a' } }],
    ['an incarnation of any length', { incarnation: 'x'.repeat(300) }],
    ['an unknown rule for ids', { ids: 'mongodb' }],
    ['words in the place of yes or no', { live: 'true' }],
  ])('by its header: %s', (_, change) => {
    expect(() => decodeHeader(headed({ ...HEADER, ...change }))).toThrow(MalformedChangeSetError);
    expect(readHeader({ headers: headed({ ...HEADER, ...change }) })).toBeNull();
  });

  it('by its header: none, another format, no JSON, or too much of it', () => {
    const odd: Record<string, string>[] = [
      {},
      { 'Spark-Format': '2', 'Spark-Set': '{}' },
      { 'Spark-Format': '1' },
      { 'Spark-Format': '1', 'Spark-Set': '{' },
      headed({ ...HEADER, more: 'x'.repeat(9_000) }),
    ];
    for (const headers of odd) expect(() => decodeHeader(headers)).toThrow(MalformedChangeSetError);
    expect(readHeader(null)).toBeNull();
  });

  it('and one that only announces a generation, or fills no etag, is one', () => {
    expect(decodeHeader(headed({ ...HEADER, from: 1, to: 0 })).to).toBe(0);
    expect(decodeHeader(headed({ ...HEADER, ids: 'sqlite' })).ids).toBe('sqlite');
  });

  it.each([
    'P\t"cars/9"',
    'P\tcars/9\t{}',
    'P\t5\t{}',
    'P "cars/9" {}',
    'D\t"cars/9"\tmore',
    'X\t5',
    'E\t"cars/9"',
    'E\t"cars/9"\tnull',
    'E\t"cars/9"\t{"type":"put"}',
    'E\t"cars/9"\t{"type":"__proto__"}',
    'Z\t"cars/9"\t{}',
    '\n',
    `D\t"${'x'.repeat(5_000)}"`,
  ])('by a line: %j', async (lines) => {
    await expect(decode(lines)).rejects.toThrow(MalformedChangeSetError);
  });

  it.each<object>([
    { type: 'counters', counters: [{ name: 'x', value: 'abc' }] },
    { type: 'counters', counters: [{ name: 'x', value: '9223372036854775808' }] },
    { type: 'counters', counters: 'all' },
    { type: 'attachments', attachments: [{ name: 'x' }] },
    { type: 'time-series-names', names: [1] },
    { type: 'time-series', name: 'x', from: 'yesterday', to: null, entries: [] },
    { type: 'time-series', name: 'x', from: null, to: null, entries: [{ at: 'now', values: [], tag: null }] },
    {
      type: 'time-series',
      name: 'x',
      from: null,
      to: null,
      entries: [{ at: '2026-01-01', values: ['1'], tag: null }],
    },
  ])('by what hangs on a document: %j', async (command) => {
    await expect(extra(command)).rejects.toThrow(MalformedChangeSetError);
  });

  it('by its bytes: not UTF-8, not unpacked, packed in another way, or more than its bound when it is unpacked', async () => {
    const bomb = Buffer.concat(
      Array.from({ length: 3 }, () => zstdCompressSync(Buffer.alloc(2 ** 25, 'D\t"a"\n'))),
    );
    for (const [payload, encoding] of [
      [Buffer.from([0x44, 0xff]), undefined],
      [Buffer.from('xxxx'), 'zstd'],
      [Buffer.from('x'), 'lzma'],
      [bomb, 'zstd'],
    ] as const) {
      const headers = headed(HEADER, encoding ? { 'Spark-Encoding': encoding } : {});
      await expect(decodeChangeSet({ headers, payload })).rejects.toThrow(MalformedChangeSetError);
    }
  });

  it('by the number of its commands', async () => {
    const lines = 'D\t""\n'.repeat(CHANGE_SET_BOUNDS.commands + 1);
    await expect(decode(lines)).rejects.toThrow(MalformedChangeSetError);
  });

  it('is not written either', async () => {
    const tooMany = Array.from(
      { length: CHANGE_SET_BOUNDS.commands + 1 },
      () => ({ type: 'delete', id: '' }) as const,
    );
    const tooLong: ChangeCommand[] = [{ type: 'delete-prefix', prefix: 'x'.repeat(5_000) }];
    const tooBig: ChangeCommand[] = [{ type: 'put', id: 'a', document: 'x'.repeat(CHANGE_SET_BOUNDS.bytes) }];
    for (const commands of [tooMany, tooLong, tooBig])
      await expect(encodeChangeSet({ ...HEADER, commands })).rejects.toThrow(ChangeSetBoundsError);
  });

  it(`is told in one way, whatever it is (SPARK_TEST_SEED=${SEED})`, async () => {
    const known = await encodeChangeSet({
      ...HEADER,
      commands: [
        { type: 'put', id: 'cars/1', document: '{"A":1}' },
        { type: 'counters', id: 'cars/1', counters: [{ name: 'x', value: '1' }] },
      ],
    });
    const at = fc.nat(known.payload.length - 1);
    const broken = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(at, fc.nat(255)).map(([place, byte]) => {
        const payload = Buffer.from(known.payload);
        payload[place] = byte;
        return payload;
      }),
      at.map((end) => known.payload.subarray(0, end)),
    );
    const header = fc.oneof(
      fc.constant(known.headers['Spark-Set'] ?? ''),
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .tuple(fc.constantFrom(...Object.keys(HEADER)), fc.jsonValue())
        .map(([name, value]) => JSON.stringify({ ...HEADER, [name]: value })),
    );
    const encoding = fc.option(fc.constantFrom('zstd', 'gzip', ''), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(broken, header, encoding, async (payload, set, packed) => {
        const headers = {
          'Spark-Format': '1',
          'Spark-Set': set,
          ...(packed === undefined ? {} : { 'Spark-Encoding': packed }),
        };
        try {
          const { commands, ...said } = await decodeChangeSet({ headers, payload });
          expect(decodeHeader(headers)).toEqual(said);
          for (const command of commands)
            expect(typeof ('id' in command ? command.id : command.prefix)).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedChangeSetError);
        }
      }),
      { seed: SEED, numRuns: 2_000 },
    );
  });
});
