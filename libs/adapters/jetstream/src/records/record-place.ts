/** Where a stream of records is on the bus. */
export interface RecordPlace {
  stream: string;
  /** Prefix of the subjects; `{root}.{id}.{part}` follows. */
  root: string;
  /** The bucket of small values beside the records. */
  values: string;
}

/** The subject of a record's message; id and part may be patterns. */
export function recordSubject(root: string, id: string, part: string): string {
  return `${root}.${id}.${part}`;
}
