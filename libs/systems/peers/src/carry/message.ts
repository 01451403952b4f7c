import { type LogPayload, type MessageSigner, pack, sealMessage } from '@nestjs-spark/contracts/internal';
import { isObject, isWhole } from '@nestjs-spark/foundation/internal';
import type { PeerEvent } from '../merge/event.ts';
import { isStamp } from '../merge/stamp.ts';
import type { Claims } from '../publish/claims.ts';
import type { Outgoing, Sign } from '../publish/next-message.ts';
import type { EventMessage } from '../receive/receive-events.ts';
import { isOrigin, isPeerName, originSubject } from './names.ts';
import { judgeWriter, type VerifiedOn } from './judge-writer.ts';
import { textOf, unpackText } from './unpack-text.ts';
import { isReadable, readEvents } from './read-event.ts';

const KIND_HEADER = 'Spark-Kind';
const PEER_HEADER = 'Spark-Peer';
const ENCODING_HEADER = 'Spark-Encoding';
const ENCODING = 'zstd';
const COMPRESS_ABOVE_BYTES = 512;
const QUICKEST = 1;
/** A document and what belongs to it; whoever packs more into a message is not a node. */
const MOST_BYTES = 80 * 1024 * 1024;
/** What the log takes for one message; packing hardly makes anything larger. */
const MOST_PACKED_BYTES = 64 * 1024 * 1024;
const MOST_EVENTS = 10_000;
const LONGEST_HEADER = 4_096;
/** The change of the protocol since which nodes forget deletes at a place in the log. */
export const KNOWS_EXPIRY = 1;

/** Why every node skips a message; `rejected`: a table of this node has not taken a document of it, and its row stays as it was. */
export type Refusal = 'undecodable' | 'unsigned' | 'forged' | 'hole' | 'wait' | 'rejected';

/** Events of the log, and the node that says it wrote them; none in a `join` or an `ack`. */
export interface ReadEvents extends EventMessage, Claims {
  /** `join`: an origin begins; `ack`: its node says how far it has read. */
  readonly kind: 'events' | 'join' | 'ack';
  readonly node: string;
  /** The latest change of the protocol that its node knows; 0 in messages of earlier versions. */
  readonly knows: number;
  /** The stamp below which lone deletes are forgotten at this place in the log; null if it does not say so. */
  readonly expire: number | null;
}

/** An operator's word that a node does not come back, under the origin that it closes. */
export interface ReadClose {
  readonly kind: 'close';
  readonly sequence: number;
  readonly origin: string;
  readonly node: string;
  /** The last message of the origin when it was written: repeated elsewhere, it says nothing. */
  readonly after: number;
  readonly proof: string;
}

/** A message that every node skips. It is the last of its subject all the same, and whoever writes there follows it. */
export interface Refused {
  readonly kind: Exclude<Refusal, 'hole' | 'wait' | 'rejected'>;
  readonly node: string | null;
  readonly origin: string;
  readonly sequence: number;
}

export type ReadMessage = ReadEvents | ReadClose | Refused;

/** Who writes: its name, and the key of its origins. */
export interface Writer {
  readonly service: string;
  readonly node: string;
  readonly signer: MessageSigner;
  /** The `x` of its Ed25519 public key. */
  readonly key: string;
}

const NOTHING: Claims = { ack: 0, at: 0, stable: 0 };

/** Events as the log carries them: one a line, signed by their writer. */
export async function encodeMessage(
  writer: Writer,
  events: readonly [PeerEvent, ...PeerEvent[]],
  claims = NOTHING,
  plain = plainOf(events),
): Promise<LogPayload> {
  const [{ origin, number: from }] = events;
  const to = events.at(-1)?.number ?? from;
  const isPacked = plain.length > COMPRESS_ABOVE_BYTES;
  const payload = isPacked ? await pack(plain, QUICKEST) : plain;
  return seal(writer, { kind: 'events', origin, from, to, ...claims }, { payload, isPacked });
}

/**
 * What a node says, as the log carries it.
 * @throws {Error} for an event that every node would skip: with it, everything that this node writes later would be skipped
 */
export async function encodeOutgoing(writer: Writer, said: Outgoing): Promise<LogPayload> {
  if (said.kind !== 'events') return encodeSign(writer, said);
  const unread = said.events.find((event) => !isReadable(event, said.origin));
  if (unread) throw unsayable(unread, 'is not one that other nodes would take');
  const plain = plainOf(said.events);
  const isSmall = plain.length <= MOST_BYTES;
  const message = isSmall ? await encodeMessage(writer, said.events, said.claims, plain) : null;
  if (message === null || message.payload.length > MOST_PACKED_BYTES)
    throw unsayable(said.events[0], 'is too large for a message');
  return message;
}

function plainOf(events: readonly PeerEvent[]): Buffer {
  return Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'), 'utf8');
}

function unsayable({ entity, recordId, number, origin }: PeerEvent, why: string): Error {
  return new Error(
    `change ${number} of ${origin}, to ${JSON.stringify(recordId.slice(0, 100))} in ${entity}, ${why}: it stays on this node, and so does what was changed after it`,
  );
}

function encodeSign(writer: Writer, { kind, origin, last, claims, expire }: Sign): LogPayload {
  const content = { payload: new Uint8Array(), isPacked: false };
  return seal(writer, { kind, origin, from: last + 1, to: last, ...claims, expire }, content);
}

function seal(
  { service, node, signer, key }: Writer,
  {
    kind,
    origin,
    ...rest
  }: { kind: string; origin: string } & Claims & { from: number; to: number; expire?: number | undefined },
  { payload, isPacked }: { payload: Uint8Array; isPacked: boolean },
): LogPayload {
  const headers = {
    [KIND_HEADER]: kind,
    [PEER_HEADER]: JSON.stringify({ format: 1, kind, node, origin, ...rest, knows: KNOWS_EXPIRY, key }),
    ...(isPacked && { [ENCODING_HEADER]: ENCODING }),
  };
  return sealMessage({ headers, payload }, originSubject(service, origin), signer);
}

/** A close as the log carries it. Only the node that it closes judges the proof; nobody else decides anything by it. */
export function encodeClose(close: Omit<ReadClose, 'kind' | 'sequence'>): LogPayload {
  const headers = {
    [KIND_HEADER]: 'close',
    [PEER_HEADER]: JSON.stringify({ format: 1, kind: 'close', ...close }),
  };
  return { headers, payload: new Uint8Array() };
}

/** What the log gives of a message. */
export interface LoggedMessage {
  readonly sequence: number;
  readonly writer: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Uint8Array | null;
}

/** A message whose writer has been judged but whose events have not been read: they take far more memory than the message. */
export type JudgedMessage = Refused | ReadClose | GenuineMessage;

interface GenuineMessage extends LoggedMessage {
  readonly kind: 'genuine';
  readonly of: ReadEvents['kind'];
  readonly header: PeerHeader;
  readonly payload: Uint8Array;
}

/** Reads a message within limits. The result is the same on every node, because it depends on nothing but the message. */
export async function decodeMessage(message: LoggedMessage, service: string): Promise<ReadMessage> {
  return openMessage(await judgeMessage(message, service));
}

/** Checks whether a message is its writer's: the first step of reading it. @param on where its signature is verified */
export async function judgeMessage(
  message: LoggedMessage,
  service: string,
  on?: VerifiedOn,
): Promise<JudgedMessage> {
  const { sequence, writer: origin, headers, payload } = message;
  const header = readHeader(headers[PEER_HEADER]);
  const kind = headers[KIND_HEADER];
  if (header === null || header['kind'] !== kind || !isOrigin(origin))
    return refused(message, 'undecodable', null);
  const { node } = header;
  const undecodable = refused(message, 'undecodable', node);
  if (kind === 'close') return readClose(header, sequence, origin) ?? undecodable;
  if ((kind !== 'events' && kind !== 'join' && kind !== 'ack') || payload === null) return undecodable;
  const sealed = { headers: { ...headers }, payload };
  const verdict = await judgeWriter(sealed, originSubject(service, origin), origin, header['key'], on);
  if (verdict !== 'genuine') return refused(message, verdict, node);
  return { ...message, kind: 'genuine', of: kind, header, payload };
}

/** Reads the events of a judged message. */
export async function openMessage(judged: JudgedMessage): Promise<ReadMessage> {
  if (judged.kind !== 'genuine') return judged;
  const { sequence, writer: origin, headers, payload, header, of: kind } = judged;
  const { node } = header;
  const isPacked = headers[ENCODING_HEADER] === ENCODING;
  const events = kind === 'events' ? await eventsOf(payload, isPacked, origin) : [];
  if (!events) return refused(judged, 'undecodable', node);
  const knows = isWhole(header['knows']) ? header['knows'] : 0;
  const expire = kind === 'ack' ? expireIn(header) : null;
  return { kind, sequence, origin, node, knows, expire, ...claimsIn(header, sequence), events };
}

function refused({ sequence, writer }: LoggedMessage, kind: Refused['kind'], node: string | null): Refused {
  return { kind, node, origin: writer, sequence };
}

/** Nodes of earlier versions do not say all of it. Nobody has applied what comes later. */
function claimsIn(header: PeerHeader, sequence: number): Claims {
  const number = (name: keyof Claims) => (isWhole(header[name]) ? Number(header[name]) : 0);
  return {
    ack: Math.min(number('ack'), sequence),
    at: Math.min(number('at'), sequence),
    stable: number('stable'),
  };
}

function expireIn({ expire }: PeerHeader): number | null {
  return typeof expire === 'number' && isStamp(expire) ? expire : null;
}

function readClose(header: PeerHeader, sequence: number, origin: string): ReadClose | null {
  const { node, after, proof } = header;
  const isProper = isWhole(after) && typeof proof === 'string' && proof.length <= 100;
  return isProper ? { kind: 'close', sequence, origin, node, after: Number(after), proof } : null;
}

async function eventsOf(payload: Uint8Array, isPacked: boolean, origin: string): Promise<PeerEvent[] | null> {
  const text = isPacked ? await unpackText(payload, MOST_BYTES) : textOf(payload);
  const lines = text?.split('\n', MOST_EVENTS + 1) ?? null;
  return lines && lines.length <= MOST_EVENTS ? readEvents(lines, origin) : null;
}

type PeerHeader = Readonly<Record<string, unknown>> & { readonly node: string };

function readHeader(header: string | undefined): PeerHeader | null {
  if (header === undefined || header.length > LONGEST_HEADER) return null;
  try {
    const value: unknown = JSON.parse(header);
    if (!isObject(value)) return null;
    const { format, node } = value as { format?: unknown; node?: unknown };
    return format === 1 && typeof node === 'string' && isPeerName(node) ? { ...value, node } : null;
  } catch {
    return null;
  }
}
