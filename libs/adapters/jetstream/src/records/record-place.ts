/** Where a stream of records is on the bus. */
export interface RecordPlace {
  stream: string;
  /** What the subjects begin with; `{root}.{id}.{part}` follows. */
  root: string;
  /** The bucket of small values beside the records. */
  values: string;
}

/** On what a record's message is published; id and part may be patterns. */
export function recordSubject(root: string, id: string, part: string): string {
  return `${root}.${id}.${part}`;
}
