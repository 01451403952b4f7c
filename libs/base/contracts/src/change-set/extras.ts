/** What a document has besides its JSON: attachments, counters, time series. */

/** One attachment that a copy should have. Its content is never in the change set. */
export interface AttachmentCopy {
  /** The name at the copy; a script may rename the attachment. */
  name: string;
  contentType: string;
  /** BLAKE2b-256 of the content in base64, as RavenDB shows it. */
  hash: string;
  /** Bytes. */
  size: number;
  /** Where the owner reads the content. */
  source: { id: string; name: string };
  /**
   * Name of the content in the task's log (`TaskLog.openContent`); null when the owner knows that an earlier set carried it. A
   * target without that content then throws `ContentMissingError`.
   */
  content: string | null;
}

/** A counter's total. Absolute, so applying it twice changes nothing. */
export interface CounterCopy {
  name: string;
  /** A whole number of up to 64 bits as decimal text, since it may exceed what a double can represent. */
  value: string;
}

/** One entry of a time series. */
export interface TimeSeriesEntry {
  /** ISO 8601 in UTC as the store writes it; RavenDB keeps milliseconds. */
  at: string;
  values: number[];
  tag: string | null;
}

/** What is done to the attachments, counters and time series of one copy. It states the result, never what to add. */
export type ExtraCommand =
  /** The copy should have no extras; short for the three commands that say so individually. */
  | { type: 'no-extras'; id: string }
  | {
      type: 'attachments';
      id: string;
      /** Everything that the copy should have; others are removed. */ attachments: AttachmentCopy[];
    }
  | {
      type: 'counters';
      id: string;
      /** Everything that the copy should have; others are removed. */ counters: CounterCopy[];
    }
  | {
      type: 'time-series-names';
      id: string;
      /** All series that the copy may have; others are removed. */ names: string[];
    }
  | {
      type: 'time-series';
      id: string;
      name: string;
      /** First and last moment of the range, inclusive; null: unbounded on that side. */
      from: string | null;
      to: string | null;
      /** All entries in that range; others are removed. */
      entries: TimeSeriesEntry[];
    };
