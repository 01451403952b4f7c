/** Functions of the language that inspect the extras of the script's own document. */
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

/** What a script can add to its loads. Like RavenDB, we search the text for these words. */
export const ADDS = /\badd(?:Attachment|Counter|TimeSeries)\b/;

export const COUNTER_BEHAVIOR = /^loadCountersOf(\w+)Behavior$/;
export const TIME_SERIES_BEHAVIOR = /^loadTimeSeriesOf(\w+)Behavior$/;
