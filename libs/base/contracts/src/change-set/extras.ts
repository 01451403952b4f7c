/** What hangs on a document beside its JSON: attachments, counters, time series. */

/** One attachment that a copy should have. Its content is never in the change set. */
export interface AttachmentCopy {
  /** The name at the copy; a script may rename. */
  name: string;
  contentType: string;
  /** BLAKE2b-256 of the content in base64, as RavenDB shows it. */
  hash: string;
  /** Bytes. */
  size: number;
  /** Where the owner reads the content. */
  source: { id: string; name: string };
  /**
   * Names the content in the task's log (`TaskLog.openContent`); null where the owner knows that an earlier set brought it.
   * A target that does not have it then throws `ContentMissingError`.
   */
  content: string | null;
}

/** A counter's total. Absolute, so that applying it twice changes nothing. */
export interface CounterCopy {
  name: string;
  /** A whole number of up to 64 bits as decimal text: it may be beyond what a double holds. */
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
  /** The copy is to have none of them; short for the three that say so one by one. */
  | { type: 'no-extras'; id: string }
  | {
      type: 'attachments';
      id: string;
      /** All that the copy is to have: others go. */ attachments: AttachmentCopy[];
    }
  | {
      type: 'counters';
      id: string;
      /** All that the copy is to have: others go. */ counters: CounterCopy[];
    }
  | {
      type: 'time-series-names';
      id: string;
      /** All series that the copy may have: others go. */ names: string[];
    }
  | {
      type: 'time-series';
      id: string;
      name: string;
      /** First and last moment spoken of, both included; null: from the beginning, to the end. */
      from: string | null;
      to: string | null;
      /** All entries in that range: others go. */
      entries: TimeSeriesEntry[];
    };
