import { isUtf8 } from 'node:buffer';
import { giveBackUnpacked, unpack } from '@nestjs-spark/contracts/internal';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';

/** The text that was packed; null for what is not one, or has more than so many bytes. */
export async function unpackText(bytes: Uint8Array, most: number): Promise<string | null> {
  const plain = await unpack(bytes, most).catch(() => null);
  const text = plain && textOf(plain);
  if (plain) giveBackUnpacked(plain);
  return text;
}

/** Null for what is not UTF-8. */
export function textOf(bytes: Uint8Array): string | null {
  return isUtf8(bytes) ? decodeUtf8(bytes) : null;
}
