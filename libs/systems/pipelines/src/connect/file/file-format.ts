import type { SourceRecord } from '../ports.ts';

/** The end of the last record that fits; 0 if none does. */
export interface WholeRecords {
  end: number;
  records: number;
}

/** The record format of a file source. */
export interface FileFormat {
  /** How many bytes from the beginning of a file are needed to read its records. */
  readonly headBytes: number;
  /**
   * Counts the whole records at the beginning of some bytes.
   * @param isEnd whether the file ends with these bytes
   */
  measure(bytes: Buffer, most: number, isEnd: boolean): WholeRecords;
  /**
   * Reads the records in bytes that contain whole records only.
   * @param head the first `headBytes` of the file, or all of it
   * @throws {RunFailedError} if the file cannot be read at all
   */
  read(bytes: Buffer, place: { file: string; from: number; head: Buffer }): SourceRecord[];
}
