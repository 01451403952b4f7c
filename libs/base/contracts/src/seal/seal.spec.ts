import { beforeAll, describe, expect, it } from '@jest/globals';
import { MemoryKeys } from '@nestjs-spark/testing';
import type { LogPayload } from '../ports/change-log.ts';
import { judgeSeal, sealMessage } from './seal.ts';

const SUBJECT = 'spark.route.fleet.hr.cars';
const message = { headers: { 'Spark-Set': '{}', 'Spark-Contents': 'a' }, payload: Buffer.from('text') };

describe('A signed message', () => {
  const keys = new MemoryKeys();
  let sealed: LogPayload;

  beforeAll(() => {
    sealed = sealMessage(message, SUBJECT, keys.signerOf('Fleet'));
    keys.signerOf('HR');
  });

  const judge = (change: Partial<LogPayload>, subject = SUBJECT, author = 'Fleet') =>
    judgeSeal({ ...sealed, ...change }, subject, author, keys);
  const headed = (name: string, value: string) => ({ headers: { ...sealed.headers, [name]: value } });

  it('is genuine as it was signed, whatever order its headers come in', async () => {
    expect(await judge({})).toBe('genuine');
    const headers = Object.fromEntries(Object.entries(sealed.headers).toReversed());
    expect(await judge({ headers })).toBe('genuine');
  });

  it.each<[string, Partial<LogPayload>]>([
    ['another payload', { payload: Buffer.from('texT') }],
    ['another header', withHeader('Spark-Set', '{"a":1}')],
    ['an additional header', withHeader('Spark-Encoding', 'zstd')],
    ['a signature that is not one', withHeader('Spark-Signature', 'x')],
    ['a key that is not one', withHeader('Spark-Key', '../x')],
  ])('is forged with %s', async (_, change) => {
    const { headers = {} } = change;
    expect(await judge({ ...change, headers: { ...sealed.headers, ...headers } })).toBe('forged');
  });

  it('is forged without one of its headers, and under another subject', async () => {
    const { 'Spark-Contents': _, ...headers } = sealed.headers;
    expect(await judge({ headers })).toBe('forged');
    expect(await judge({}, 'spark.route.fleet.hr.vans')).toBe('forged');
  });

  it('is not that of another module, or of a key that nobody knows', async () => {
    expect(await judge({}, SUBJECT, 'HR')).toBe('unknown-key');
    const { keyId } = keys.stranger();
    expect(await judge(headed('Spark-Key', keyId))).toBe('unknown-key');
  });

  it('is unsigned only without both headers: one alone was torn off', async () => {
    expect(await judgeSeal(message, SUBJECT, 'Fleet', keys)).toBe('unsigned');
    const { 'Spark-Signature': _, ...headers } = sealed.headers;
    expect(await judge({ headers })).toBe('forged');
  });
});

function withHeader(name: string, value: string): Partial<LogPayload> {
  return { headers: { [name]: value } };
}
