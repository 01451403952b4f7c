import type { ChangeCommand, Etag } from '@nestjs-spark/contracts';

/** What one change of the source became. Kept together: its deletes and puts belong into one transaction. */
export interface TransformedChange {
  etag: Etag;
  commands: ChangeCommand[];
}
