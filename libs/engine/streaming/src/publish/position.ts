import type { Etag } from '@nestjs-spark/contracts';
import type { Witness } from '@nestjs-spark/contracts/internal';

/** Where a capture goes on. */
export interface CapturePosition {
  generation: number;
  incarnation: string;
  databaseId: string;
  /** Everything up to here is in the log (or of no interest). */
  to: Etag;
  began: Etag;
  live: boolean;
  witness: Witness;
  resync: string | null;
}
