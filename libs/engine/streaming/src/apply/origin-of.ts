import type { ChangeCommand, Etag } from '@nestjs-spark/contracts';
import { COPY_ETAG, COPY_SOURCE } from '@nestjs-spark/contracts/internal';

const ORIGIN = new RegExp(`"${COPY_SOURCE}":("(?:[^"\\\\]|\\\\.)*"),"${COPY_ETAG}":(\\d+)`, 'g');

/**
 * Which of the owner's documents a copy was made from, as its metadata says. Found in the text, since a document that was
 * refused need not be one that can be parsed; the metadata that Spark writes stands last.
 */
export function originOf(
  command: ChangeCommand | undefined,
  owner: string,
): { documentId: string; etag: Etag } | null {
  if (command?.type !== 'put') return null;
  const found = [...command.document.matchAll(ORIGIN)].at(-1);
  if (!found) return null;
  const source = JSON.parse(found[1] ?? '""') as string;
  const prefix = `${owner}/`;
  if (!source.startsWith(prefix)) return null;
  return { documentId: source.slice(prefix.length), etag: Number(found[2]) };
}
