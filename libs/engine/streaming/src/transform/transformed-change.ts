import type { ChangeCommand, Etag } from '@nestjs-spark/contracts';

/** What one change of the source became. Kept together: its deletes and puts belong into one transaction. */
export interface TransformedChange {
  etag: Etag;
  /** The owner's document; absent where it is several that were run again. */
  documentId?: string;
  commands: ChangeCommand[];
}
