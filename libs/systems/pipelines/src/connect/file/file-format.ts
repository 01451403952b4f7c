import type { SourceRecord } from '../ports.ts';

/** Where the last record that fits ends; 0: none fits. */
export interface WholeRecords {
  end: number;
  records: number;
}

/** What the files of a source consist of. */
export interface FileFormat {
  /** How many bytes at the beginning of a file its records are read by. */
  readonly headBytes: number;
  /**
   * Counts records at the beginning of some bytes.
   * @param isEnd the file ends with them
   */
  measure(bytes: Buffer, most: number, isEnd: boolean): WholeRecords;
  /**
   * The records of whole bytes.
   * @param head the beginning of the file, `headBytes` of it or all
   * @throws {RunFailedError} when the file cannot be read at all
   */
  read(bytes: Buffer, place: { file: string; from: number; head: Buffer }): SourceRecord[];
}
