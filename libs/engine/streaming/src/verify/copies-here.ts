import type { ChangeSource } from '@nestjs-spark/contracts/internal';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import { readContent, type CopyContent } from './copy-content.ts';

/** This module's own database, as the copies in it are read. */
export type OwnDatabase = Pick<ChangeSource, 'ids' | 'load'>;

/** What is stored under these ids, in their order. */
export async function readCopies(
  database: OwnDatabase,
  ids: readonly string[],
): Promise<(CopyContent | null)[]> {
  const found = ids.length > 0 ? await database.load([...ids]) : [];
  return found.map((document) => document && readContent(decodeUtf8(document.json)));
}
