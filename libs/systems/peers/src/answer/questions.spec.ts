import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { ONE_EVENT } from '../../testing/one-event.ts';
import { BUCKETS } from '../drift/digest.ts';
import { packObject, readDigestAnswer, readHeadsAnswer, readQuestion, readReadAnswer } from './questions.ts';

const ASKED = { entity: 'Notes', to: null };
const WHO = { node: 'a', position: 7 };
const STORED = { id: 'notes/1', document: '{}', version: 'abcd:1' };
const PAGE = { ...WHO, items: [STORED], total: 1 };
const DIGEST = { ...WHO, digest: Array.from({ length: BUCKETS }, (_, at) => at) };
const HEADS = {
  ...WHO,
  applied: { abcd: 1 },
  records: [
    { recordId: 'notes/1', heads: 'abcd:1', hash: 'x' },
    { recordId: 'notes/2', heads: 'abcd:2', hash: null },
  ],
  events: [JSON.stringify(ONE_EVENT)],
};

describe('a question to another node', () => {
  it.each([
    ASKED,
    { ...ASKED, entity: '*', to: 'a-1' },
    { ...ASKED, id: 'notes/1' },
    { ...ASKED, skip: 0, take: 100 },
    { ...ASKED, buckets: [0, BUCKETS - 1], records: [] },
    { ...ASKED, records: Array.from({ length: 100 }, (_, at) => `notes/${at}`) },
  ])('is read as it was asked: %#', async (question) => {
    expect(await readQuestion(await packObject(question))).toEqual({ format: 1, ...question });
  });

  it.each([
    {},
    { entity: 'Notes' },
    { ...ASKED, entity: '' },
    { ...ASKED, entity: 'x'.repeat(513) },
    { ...ASKED, to: '../a' },
    { ...ASKED, to: 1 },
    { ...ASKED, id: '' },
    { ...ASKED, id: null },
    { ...ASKED, skip: -1 },
    { ...ASKED, take: 101 },
    { ...ASKED, take: '5' },
    { ...ASKED, buckets: [BUCKETS] },
    { ...ASKED, buckets: [0.5] },
    { ...ASKED, buckets: Array.from({ length: BUCKETS + 1 }, () => 0) },
    { ...ASKED, records: [''] },
    { ...ASKED, records: Array.from({ length: 101 }, () => 'x') },
    { ...ASKED, format: 2 },
  ])('is ignored when it is wrong: %#', async (question) => {
    expect(await readQuestion(await packObject(question))).toBeNull();
  });

  it.each([
    ['nonsense', Buffer.from('nonsense')],
    ['a list', zstdCompressSync(Buffer.from('[]'))],
    ['what is not a text', zstdCompressSync(Buffer.from([0xff, 0xfe]))],
    [
      'what expands endlessly',
      zstdCompressSync(Buffer.from(JSON.stringify({ format: 1, ...ASKED }).padEnd(2 * 1024 * 1024))),
    ],
    ['what is too long', Buffer.alloc(1024 * 1024 + 1)],
  ])('is ignored when it is %s', async (_, bytes) => {
    expect(await readQuestion(bytes)).toBeNull();
  });
});

describe('an answer of another node', () => {
  it('is read as it was given', async () => {
    expect(await readReadAnswer(await packObject(PAGE))).toMatchObject(PAGE);
    expect(await readDigestAnswer(await packObject(DIGEST))).toMatchObject(DIGEST);
    expect(await readHeadsAnswer(await packObject(HEADS))).toEqual({
      format: 1,
      ...HEADS,
      events: [ONE_EVENT],
    });
  });

  it.each([
    { ...PAGE, node: 5 },
    { ...PAGE, node: 'x'.repeat(64) },
    { ...PAGE, position: -1 },
    { ...PAGE, items: Array.from({ length: 101 }, () => STORED) },
    { ...PAGE, items: [{ ...STORED, document: null }] },
    { ...PAGE, items: {} },
    { ...PAGE, total: '1' },
  ])('has no documents when it is wrong: %#', async (answer) => {
    expect(await readReadAnswer(await packObject(answer))).toBeNull();
  });

  it.each([
    WHO,
    { digest: DIGEST.digest },
    { ...DIGEST, digest: DIGEST.digest.slice(1) },
    { ...DIGEST, digest: [...DIGEST.digest, 1] },
    { ...DIGEST, digest: DIGEST.digest.with(0, -1) },
  ])('has no digest when it is wrong: %#', async (answer) => {
    expect(await readDigestAnswer(await packObject(answer))).toBeNull();
  });

  it.each([
    WHO,
    { ...HEADS, position: 0.5 },
    { ...HEADS, applied: [] },
    { ...HEADS, applied: { abcd: '1' } },
    { ...HEADS, records: [{ recordId: 'notes/1', heads: 'abcd:1' }] },
    { ...HEADS, records: [{ recordId: 'notes/1', heads: 'abcd:1', hash: 'x'.repeat(101) }] },
    { ...HEADS, events: [5] },
    { ...HEADS, events: ['{}'] },
    { ...HEADS, events: [...HEADS.events, 'nonsense'] },
  ])('has no heads when it is wrong: %#', async (answer) => {
    expect(await readHeadsAnswer(await packObject(answer))).toBeNull();
  });
});
