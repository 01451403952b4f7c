import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';
import type { SnapshotHead, SnapshotOrigin } from '../join/take-snapshot.ts';
import type { PeerEvent } from '../merge/event.ts';
import { readEvent } from './read-event.ts';

const PREFIX = 'snapshot/';
const MOST_BYTES = 256 * 1024 * 1024;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** A complete snapshot: how many parts it has, and of which log it is. */
export interface Manifest extends SnapshotHead {
  /** When the log was created. */
  readonly created: string;
  readonly node: string;
  readonly parts: number;
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

export function encodeManifest(manifest: Manifest): Buffer {
  return Buffer.from(JSON.stringify({ format: 1, ...manifest }), 'utf8');
}

/** Null for what no node has written. */
export function decodeManifest(bytes: Uint8Array | null): Manifest | null {
  if (bytes === null || !isUtf8(bytes)) return null;
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<Manifest> & { format?: unknown };
    const { format, created, node, cut, parts, origins } = value;
    const isWhole =
      format === 1 &&
      typeof created === 'string' &&
      typeof node === 'string' &&
      isCount(cut) &&
      isCount(parts) &&
      Array.isArray(origins) &&
      origins.every(isOrigin);
    return isWhole ? { created, node, cut, parts, origins } : null;
  } catch {
    return null;
  }
}

export function encodePart(events: readonly PeerEvent[]): Promise<Uint8Array> {
  return compress(Buffer.from(events.map((event) => JSON.stringify(event)).join('\n'), 'utf8'));
}

/** Null for what no node has written. */
export async function decodePart(bytes: Uint8Array | null): Promise<PeerEvent[] | null> {
  if (bytes === null) return null;
  const plain = await decompress(bytes, { maxOutputLength: MOST_BYTES }).catch(() => null);
  if (plain === null || !isUtf8(plain)) return null;
  const lines = plain
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
  const events = lines.map((line) => readEvent(line, null)).filter((event) => event !== null);
  return events.length === lines.length ? events : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isOrigin(value: unknown): value is SnapshotOrigin {
  if (typeof value !== 'object' || value === null) return false;
  const { origin, number, tail, node, lastSays } = value as Partial<SnapshotOrigin>;
  const isText = (text: unknown) => text === null || typeof text === 'string';
  return typeof origin === 'string' && isCount(number) && isCount(tail) && isText(node) && isText(lastSays);
}
