/**
 * The attachments, counters and time series of its source document that a copy should have: exactly these. A kind that is absent
 * is left as it is at the copy.
 */
export interface DocumentExtras {
  attachments?: AttachmentReference[];
  /** Names of counters. */
  counters?: string[];
  timeSeries?: TimeSeriesReference[];
}

/** An attachment of the source document. Its content never enters the sandbox. */
export interface AttachmentReference {
  /** The name at the copy. */
  name: string;
  /** The name at the source. */
  source: string;
  hash: string;
  contentType: string;
  size: number;
}

/** A range of one of the source document's time series, inclusive; null: unbounded. */
export interface TimeSeriesReference {
  name: string;
  from: string | null;
  to: string | null;
}

/** How a script handles attachments, counters and time series; null: not at all. */
export interface ExtrasUse {
  /** It may add attachments, counters or time series to what it loads: every copy then has exactly what was added. */
  adds: boolean;
  /** Its behaviours for the collection's own documents. */
  counterBehavior: string | null;
  timeSeriesBehavior: string | null;
}

/** Later changes of counters and time series, which do not change the document, that a script wants to receive. */
export interface ScriptFollow {
  counters: boolean;
  timeSeries: boolean;
}
