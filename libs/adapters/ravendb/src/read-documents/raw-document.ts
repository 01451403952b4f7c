import type { Etag } from '@nestjs-spark/contracts';
import type { DocumentMetadata } from './document-metadata.ts';

/** A document as the database answered it: its text untouched, its metadata read, its etag found. */
export interface RawDocument extends DocumentMetadata {
  etag: Etag;
  json: Uint8Array;
}
