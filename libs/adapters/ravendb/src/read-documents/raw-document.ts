import type { Etag } from '@nestjs-spark/contracts';
import type { DocumentMetadata } from './document-metadata.ts';

/**
 * A document as returned by the database: its text untouched, its metadata parsed, its etag found. The feed reports
 * this object itself as the change, since a first copy has millions.
 */
export interface RawDocument extends DocumentMetadata {
  kind: 'put';
  etag: Etag;
  json: Uint8Array;
}
