/** Functions of the language that look at what hangs on the script's own document. */
export const EXTRA_FUNCTIONS = [
  'loadAttachment',
  'hasAttachment',
  'getAttachments',
  'loadCounter',
  'hasCounter',
  'getCounters',
  'loadTimeSeries',
  'hasTimeSeries',
  'getTimeSeries',
] as const;

/** What a script can add to that which it loads. RavenDB looks for these words in the text, and so do we. */
export const ADDS = /\badd(?:Attachment|Counter|TimeSeries)\b/;

export const COUNTER_BEHAVIOR = /^loadCountersOf(\w+)Behavior$/;
export const TIME_SERIES_BEHAVIOR = /^loadTimeSeriesOf(\w+)Behavior$/;
