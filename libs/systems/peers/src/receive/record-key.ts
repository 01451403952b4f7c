import { sqliteKey } from '@nestjs-spark/contracts/internal';
import type { RecordName } from './peer-file.ts';

/** The same for all names of a record, by the rule of the files: their ids may differ in the case of ASCII letters. */
export function recordKey({ entity, recordId }: RecordName): string {
  return JSON.stringify([entity, sqliteKey(recordId)]);
}
