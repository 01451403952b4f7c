import type { Etag } from '@nestjs-spark/contracts';
import type { DocumentMetadata } from './document-metadata.ts';

/** A document as returned by the database: its text untouched, its metadata parsed, its etag found. */
export interface RawDocument extends DocumentMetadata {
  etag: Etag;
  json: Uint8Array;
}
