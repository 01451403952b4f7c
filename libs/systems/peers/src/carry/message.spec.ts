import { zstdCompressSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type LogPayload, sealMessage } from '@nestjs-spark/contracts/internal';
import { writerOf } from '../../testing/replica-file.ts';
import type { PeerEvent } from '../merge/event.ts';
import {
  decodeMessage,
  encodeClose,
  encodeMessage,
  encodeOutgoing,
  judgeMessage,
  KNOWS_EXPIRY,
  openMessage,
} from './message.ts';
import { originSubject } from './names.ts';
import { drawOrigin } from './origin.ts';

const nested = (levels: number) => `{"Deep":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;

describe('a message of a replica', () => {
  const a = writerOf('a');
  const hostile = writerOf('hostile');
  let origin: string;
  let event: PeerEvent;

  /** Wherever the signature is verified, every node has to read the same. */
  const read = async (message: LogPayload, writer = origin) => {
    const logged = { sequence: 7, writer, ...message };
    const decoded = await decodeMessage(logged, 'notes');
    expect(await openMessage(await judgeMessage(logged, 'notes', 'another-thread'))).toEqual(decoded);
    return decoded;
  };
  const kindOf = async (message: LogPayload, writer?: string) => (await read(message, writer)).kind;

  beforeEach(() => {
    origin = drawOrigin(a.signer.keyId);
    event = {
      origin,
      number: 1,
      hlc: 1,
      entity: 'Notes',
      recordId: 'notes/1',
      operation: 'CREATE',
      data: JSON.stringify({ Title: 'x'.repeat(1_000) }),
      timestamp: 0,
      sees: [],
      resolverVersion: null,
      tx: 1,
    };
  });

  const claims = { ack: 5, at: 6, stable: 0 };

  it('is read as it was written, with what its writer says of its place in the log', async () => {
    const message = await encodeMessage(a, [event], claims);
    expect(await read(message)).toEqual({
      kind: 'events',
      sequence: 7,
      origin,
      node: 'a',
      knows: KNOWS_EXPIRY,
      expire: null,
      events: [event],
      ...claims,
    });
    expect(JSON.parse(message.headers['Spark-Peer'] ?? '')).toEqual({
      format: 1,
      kind: 'events',
      node: 'a',
      origin,
      from: 1,
      to: 1,
      ...claims,
      knows: KNOWS_EXPIRY,
      key: a.key,
    });
    const ahead = await encodeMessage(a, [event], { ack: 9, at: 9, stable: 0 });
    expect(await read(ahead)).toMatchObject({ ack: 7, at: 7 });
  });

  it('is read without them, as nodes of earlier versions wrote it', async () => {
    const { payload, headers } = await encodeMessage(a, [event]);
    const { 'Spark-Signature': _, 'Spark-Key': __, ...plain } = headers;
    const { at: ___, stable: ____, ack: _____, ...peer } = JSON.parse(plain['Spark-Peer'] ?? '');
    const before = { payload, headers: { ...plain, 'Spark-Peer': JSON.stringify(peer) } };
    const sealed = sealMessage(before, originSubject('notes', origin), a.signer);
    expect(await read(sealed)).toMatchObject({ kind: 'events', ack: 0, at: 0, stable: 0, events: [event] });
  });

  it.each(['join', 'ack'] as const)('is read as %s, signed with the rest', async (kind) => {
    const said = await encodeOutgoing(a, { kind, origin, tail: 3, last: 2, claims });
    expect(said.headers['Spark-Kind']).toBe(kind);
    const [knows, expire] = [KNOWS_EXPIRY, null];
    const asSaid = { kind, sequence: 7, origin, node: 'a', knows, expire, events: [], ...claims };
    expect(await read(said)).toEqual(asSaid);
    const peer = said.headers['Spark-Peer']?.replace('"ack":5', '"ack":6') ?? '';
    expect(await kindOf({ ...said, headers: { ...said.headers, 'Spark-Peer': peer } })).toBe('forged');
  });

  it('says below which stamp deletes are forgotten, if its writer says so in an acknowledgement', async () => {
    const said = (expire: number) =>
      encodeOutgoing(a, { kind: 'ack', origin, tail: 3, last: 2, claims, expire });
    expect(await read(await said(1_800_000_000_000_000))).toMatchObject({ expire: 1_800_000_000_000_000 });
    for (const wrong of [-1, 1.5, Number.MAX_SAFE_INTEGER])
      expect(await read(await said(wrong))).toMatchObject({ kind: 'ack', expire: null });
  });

  it('is skipped when another key speaks under its origin, whatever name it gives', async () => {
    expect(await kindOf(await encodeMessage({ ...hostile, node: 'a' }, [event]))).toBe('forged');
    const pretended = await encodeMessage({ ...hostile, key: a.key }, [event]);
    expect(await kindOf(pretended)).toBe('forged');
  });

  it('is skipped without a signature, after a change, and under another subject', async () => {
    const message = await encodeMessage(a, [event]);
    const { 'Spark-Signature': _, 'Spark-Key': __, ...headers } = message.headers;
    expect(await kindOf({ ...message, headers })).toBe('unsigned');
    expect(await kindOf({ ...message, payload: message.payload.toReversed() })).toBe('forged');
    expect(await kindOf(message, drawOrigin(a.signer.keyId))).toBe('forged');
  });

  it.each([
    ['what expands endlessly', () => zstdCompressSync(Buffer.alloc(100 * 1024 * 1024))],
    ['what is not an event', () => zstdCompressSync(Buffer.from('{"number":1}'))],
    ['what is not packed', () => Buffer.from('nonsense')],
    [
      'a document that is deeper than SQLite takes',
      () => zstdCompressSync(Buffer.from(JSON.stringify({ ...event, data: nested(1_001) }))),
    ],
  ])('is skipped when its writer has signed %s', async (_, payload) => {
    const { headers } = await encodeMessage(a, [event]);
    const { 'Spark-Signature': __, 'Spark-Key': ___, ...plain } = headers;
    const message = { headers: plain, payload: payload() };
    expect(await kindOf(sealMessage(message, originSubject('notes', origin), a.signer))).toBe('undecodable');
  });

  it('is read with a document as deep as SQLite takes, whatever its texts look like', async () => {
    const texts = { ...event, data: JSON.stringify({ Title: `${'["\\'.repeat(2_000)}\\` }) };
    const deep = { ...event, number: 2, data: nested(1_000) };
    expect(await kindOf(await encodeMessage(a, [texts, deep]))).toBe('events');
  });

  it.each([
    undefined,
    '',
    '[]',
    '{"format":1}',
    '{"format":1,"node":"../a","kind":"events"}',
    'x'.repeat(5_000),
  ])('is skipped with %p as its header', async (header) => {
    const message = await encodeMessage(a, [event]);
    const { 'Spark-Peer': _, ...headers } = message.headers;
    const given = header === undefined ? headers : { ...headers, 'Spark-Peer': header };
    expect(await kindOf({ ...message, headers: given })).toBe('undecodable');
  });

  it.each([
    ['of another kind', { 'Spark-Kind': 'drop' }],
    ['of a kind that its header does not say', { 'Spark-Kind': 'join' }],
    [
      'whose header says another kind as well',
      { 'Spark-Kind': 'drop', 'Spark-Peer': '{"format":1,"node":"a","kind":"drop"}' },
    ],
    ['of another format', { 'Spark-Peer': '{"format":2,"node":"a","kind":"events"}' }],
    ['whose header is not JSON', { 'Spark-Peer': '{' }],
  ])('is skipped when it is %s', async (_, change) => {
    const message = await encodeMessage(a, [event]);
    expect(await kindOf({ ...message, headers: { ...message.headers, ...change } })).toBe('undecodable');
  });

  it('is skipped where its payload is gone, and where its origin is none', async () => {
    const message = await encodeMessage(a, [event]);
    const gone = { sequence: 7, writer: origin, headers: message.headers, payload: null };
    expect((await decodeMessage(gone, 'notes')).kind).toBe('undecodable');
    expect(await kindOf(message, 'a.b')).toBe('undecodable');
  });

  it.each<[string, Partial<PeerEvent>]>([
    ['a document that is deeper than SQLite takes', { data: nested(1_001) }],
    ['the result of a resolver without a whole version', { resolverVersion: 1.5 }],
    ['a longer id than a document has', { recordId: 'x'.repeat(513) }],
  ])('is not written with %s: no node would take it, nor what its writer says next', async (_, change) => {
    const said = (events: [PeerEvent, ...PeerEvent[]]) =>
      encodeOutgoing(a, { kind: 'events', origin, tail: 3, claims, events });
    expect(await kindOf(await said([event]))).toBe('events');
    await expect(said([event, { ...event, number: 2, ...change }])).rejects.toThrow(
      /^change 2 of .* is not one that other nodes would take/,
    );
  });

  it('has no more events than a message may have, packed or not', async () => {
    const many = Array<PeerEvent>(10_001).fill(event) as [PeerEvent, ...PeerEvent[]];
    expect(await kindOf(await encodeMessage(a, many))).toBe('undecodable');
    const brief = { ...event, data: '{}' };
    expect(await read(await encodeMessage(a, [brief]))).toMatchObject({ kind: 'events', events: [brief] });
  });

  it('closes an origin as an operator said, and is skipped when it says that in another form', async () => {
    const close = { origin, node: 'a', after: 5, proof: 'p' };
    expect(await read(encodeClose(close))).toEqual({ kind: 'close', sequence: 7, ...close });
    for (const odd of [{ after: '5' }, { after: -1 }, { proof: 5 }, { proof: 'x'.repeat(101) }])
      expect(await kindOf(encodeClose({ ...close, ...odd } as typeof close))).toBe('undecodable');
  });
});
