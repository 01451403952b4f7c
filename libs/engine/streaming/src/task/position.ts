import type { Etag } from '@nestjs-spark/contracts';
import type { Witness } from '@nestjs-spark/contracts/internal';

/** Where a capture continues. Each published set makes a new one. */
export interface CapturePosition {
  readonly generation: number;
  readonly incarnation: string;
  readonly databaseId: string;
  /** Everything up to here is in the log (or irrelevant). */
  readonly to: Etag;
  readonly began: Etag;
  readonly live: boolean;
  readonly witness: Witness;
  readonly resync: string | null;
}
