import type { SourceDocument } from '@nestjs-spark/contracts/internal';
import type { DocumentRow } from '../entities/document-table.ts';
import { joinDocument } from '../entities/join-document.ts';
import { marksOf } from '../entities/split-document.ts';

/** A row as delivered by the feed. */
export function sourceDocument(row: DocumentRow, collection: string, databaseId: string): SourceDocument {
  const { copyOf } = marksOf(row.metadata);
  return { id: row.id, collection, copyOf, json: Buffer.from(joinDocument(row, collection, databaseId)) };
}
