import { packAway } from '@nestjs-spark/contracts/internal';
import {
  isListOf,
  isNullOr,
  isObjectOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import type { SnapshotHead, SnapshotOrigin } from '../join/take-snapshot.ts';
import type { PeerEvent } from '../merge/event.ts';
import { textOf, unpackText } from './unpack-text.ts';
import { readEvent } from './read-event.ts';

const PREFIX = 'snapshot/';
const MOST_BYTES = 256 * 1024 * 1024;

/** A complete snapshot: how many parts it has, and of which log it is. */
export interface Manifest extends SnapshotHead {
  /** When the log was created. */
  readonly created: string;
  readonly node: string;
  readonly parts: number;
  /** The hash of each part; absent in snapshots of earlier versions. */
  readonly digests?: readonly string[];
}

export const SNAPSHOTS = PREFIX;

/** Where the objects of a snapshot are. */
export function snapshotFolder({ cut, node }: { cut: number; node: string }): string {
  return `${PREFIX}${cut}/${node}`;
}

/** Manifests among the names of objects, the one that reaches furthest first. */
export function manifestsIn(names: readonly string[]): { name: string; cut: number }[] {
  return names
    .filter((name) => name.endsWith('/manifest'))
    .map((name) => ({ name, cut: cutIn(name) }))
    .toSorted((one, other) => other.cut - one.cut);
}

/** The cut of the snapshot that an object belongs to. */
export function cutIn(name: string): number {
  return Number(name.slice(PREFIX.length).split('/')[0]);
}

/** @param signature who has signed it, and how; earlier versions pass it over */
export function encodeManifest(manifest: Manifest, signature: object = {}): Buffer {
  return Buffer.from(JSON.stringify({ format: 1, ...manifest, ...signature }), 'utf8');
}

const isLine = isText(Infinity);
const isOrigin: Guard<SnapshotOrigin> = isObjectOf(
  {
    origin: isLine,
    number: isWhole,
    tail: isWhole,
    node: isNullOr(isLine),
    lastSays: isNullOr(isLine),
  },
  { ack: isWhole, closed: isNullOr(isWhole), knows: isWhole },
);
const isManifest = isObjectOf(
  {
    format: (value: unknown): value is 1 => value === 1,
    created: isLine,
    node: isLine,
    cut: isWhole,
    parts: isWhole,
    origins: isListOf(isOrigin, Infinity),
  },
  { horizon: isWhole, digests: isListOf(isLine, Infinity) },
);

/** Null for what no node has written. */
export function decodeManifest(bytes: Uint8Array | null): Manifest | null {
  const text = bytes && textOf(bytes);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (!isManifest(value)) return null;
    const { created, node, cut, parts, origins, horizon, digests } = value;
    const later = { ...(horizon !== undefined && { horizon }), ...(digests && { digests }) };
    return { created, node, cut, parts, origins, ...later };
  } catch {
    return null;
  }
}

/** Events as lines of a part, which is several of these one after the other. */
export function linesOf(events: readonly PeerEvent[]): Buffer {
  return Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''), 'utf8');
}

export function encodePart(lines: readonly Buffer[]): Promise<Uint8Array> {
  return packAway(Buffer.concat(lines));
}

/** An unpacked part of a snapshot. */
export interface Part {
  /** The name of its object. */
  readonly name: string;
  readonly text: string;
}

/** @throws {DamagedPartError} for what no node has written */
export async function unpackPart(name: string, bytes: Uint8Array | null): Promise<Part> {
  const text = bytes && (await unpackText(bytes, MOST_BYTES));
  if (text === null) throw new DamagedPartError(name);
  return { name, text };
}

/** The events of a part, each parsed only when it is requested. @throws {DamagedPartError} at what no node has written */
export function* eventsOf({ name, text }: Part): Generator<PeerEvent> {
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    if (to > from) {
      const event = readEvent(text.slice(from, to), null);
      if (event === null) throw new DamagedPartError(name);
      yield event;
    }
    from = to + 1;
  }
}

/** A part of a snapshot that is gone or damaged. */
export class DamagedPartError extends Error {
  constructor(name: string) {
    super(`${name} of the latest snapshot is gone or damaged`);
    this.name = 'DamagedPartError';
  }
}
