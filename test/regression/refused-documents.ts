import { taskName, type ChangeCommand, type TaskKey } from '@nestjs-spark/contracts';
import type { Checkpoint } from '@nestjs-spark/contracts/internal';

/** What a store makes of a document: keeps it as it is, or refuses it. Never neither, and never another one under another id. */
export type Fate = 'stored' | 'refused';

export interface Trial {
  what: string;
  /** Default `cars/x`. */
  id?: string;
  document: string;
  /** What comes with it. */
  also?: ChangeCommand[];
  ravendb: Fate;
  sqlite: Fate;
}

const ID = 'cars/x';
const OWN = '"spark-source":"Fleet/cars/x","spark-etag":7,"spark-generation":"HR/cars:1"';

/** The text of a copy with these fields, as a capture writes it. */
export function copyWith(fields: string, metadata = '"@collection":"Cars"'): string {
  return `{${fields}${fields === '' ? '' : ','}"@metadata":{${metadata},${OWN}}}`;
}

const withMetadata = (metadata: string): string => copyWith('"V":1', `"@collection":"Cars",${metadata}`);
const inCollection = (name: string): string => copyWith('"V":1', `"@collection":${name}`);
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const onRavenDb = { ravendb: 'refused', sqlite: 'stored' } as const;
const everywhere = { ravendb: 'refused', sqlite: 'refused' } as const;
const nowhere = { ravendb: 'stored', sqlite: 'stored' } as const;

const series = (at: string, values: number[]): ChangeCommand => {
  const entries = [{ at, values, tag: null }];
  return { type: 'time-series', id: ID, name: 'Speed', from: null, to: null, entries };
};
const counter = (name: string, value: string): ChangeCommand => {
  return { type: 'counters', id: ID, counters: [{ name, value }] };
};
const plain = copyWith('"V":1');

export const TRIALS: readonly Trial[] = [
  // Metadata that RavenDB reads.
  { what: '@expires: null', document: withMetadata('"@expires":null'), ...onRavenDb },
  { what: '@expires in words', document: withMetadata('"@expires":"next week"'), ...onRavenDb },
  { what: '@expires as a number', document: withMetadata('"@expires":5'), ...nowhere },
  { what: '@refresh: null', document: withMetadata('"@refresh":null'), ...onRavenDb },
  { what: '@refresh in words', document: withMetadata('"@refresh":"soon"'), ...onRavenDb },
  { what: '@archive-at in words', document: withMetadata('"@archive-at":"soon"'), ...onRavenDb },
  { what: '@id as a number', document: withMetadata('"@id":5'), ...onRavenDb },
  { what: '@flags as a number', document: withMetadata('"@flags":5'), ...onRavenDb },
  { what: '@counters as an object', document: withMetadata('"@counters":{}'), ...onRavenDb },
  { what: '@timeseries as a text', document: withMetadata('"@timeseries":"x"'), ...onRavenDb },
  { what: '@change-vector as a number', document: withMetadata('"@change-vector":5'), ...onRavenDb },
  { what: '@last-modified in words', document: withMetadata('"@last-modified":"today"'), ...onRavenDb },
  { what: 'a collection with NUL', document: inCollection('"a\\u0000b"'), ...everywhere },
  { what: 'a collection of 2,000 letters', document: inCollection(`"${'x'.repeat(2_000)}"`), ...onRavenDb },
  { what: 'a collection that is a number', document: inCollection('5'), ...nowhere },
  // Values.
  { what: 'the number 1e400', document: copyWith('"V":1e400'), ...everywhere },
  { what: '-1e400, deep inside', document: copyWith('"V":[{"W":-1e400}]'), ...everywhere },
  { what: 'a number of 400 digits', document: copyWith(`"V":${'9'.repeat(400)}`), ...everywhere },
  { what: 'a fraction of 4,000 digits', document: copyWith(`"V":1.${'9'.repeat(4_000)}`), ...nowhere },
  { what: 'the number 1e-400', document: copyWith('"V":1e-400'), ...nowhere },
  { what: 'half a surrogate pair', document: copyWith('"V":"\\ud83d"'), ...everywhere },
  { what: 'NUL in a text and in a name', document: copyWith('"V":"a\\u0000b","a\\u0000b":1'), ...nowhere },
  { what: 'a nameless field', document: copyWith('"":1'), ...nowhere },
  {
    what: '3,000 arrays in each other',
    document: copyWith(`"V":${nested(3_000)}`),
    ravendb: 'stored',
    sqlite: 'refused',
  },
  {
    what: '40,000 fields',
    document: copyWith(Array.from({ length: 40_000 }, (_, n) => `"f${n}":${n}`).join(',')),
    ...nowhere,
  },
  { what: 'line breaks between fields', document: copyWith('\n\t"V":\r\n1'), ...nowhere },
  { what: 'something other than JSON', document: '{"V":}', ...everywhere },
  { what: 'an array', document: '[]', ...everywhere },
  { what: 'two objects', document: '{}{}', ...everywhere },
  { what: 'metadata that is a number', document: '{"V":1,"@metadata":5}', ...everywhere },
  { what: 'metadata that is null', document: '{"V":1,"@metadata":null}', ...everywhere },
  // Ids.
  { what: 'NUL in the id', id: 'cars/a\u0000b', document: plain, ...everywhere },
  { what: 'a control character in the id', id: 'cars/a\u0001b', document: plain, ...everywhere },
  { what: 'a line break in the id', id: 'cars/a\nb', document: plain, ...nowhere },
  { what: 'an id of 600 bytes', id: `cars/${'x'.repeat(600)}`, document: plain, ...everywhere },
  { what: 'an id of one blank', id: ' ', document: plain, ...everywhere },
  { what: 'an id of one no-break space', id: '\u00a0', document: plain, ...everywhere },
  { what: 'an id of one next-line sign', id: '\u0085', document: plain, ...everywhere },
  { what: 'an id that ends in a blank', id: 'cars/x ', document: plain, ...nowhere },
  { what: 'an id that begins with a blank', id: ' cars/x', document: plain, ...nowhere },
  { what: 'an id that ends in /', id: 'cars/', document: plain, ...everywhere },
  { what: 'an id with quotes and U+FFFF', id: 'cars/"x"\\\uffff', document: plain, ...nowhere },
  // What comes with a document.
  { what: 'a time series that begins at noon', document: plain, also: [series('noon', [1])], ...onRavenDb },
  {
    what: 'a time series of 40 values',
    document: plain,
    also: [series('2024-01-01T00:00:00.000Z', Array<number>(40).fill(1))],
    ...onRavenDb,
  },
  {
    what: 'a counter with a name of 600 bytes',
    document: plain,
    also: [counter('x'.repeat(600), '1')],
    ...onRavenDb,
  },
  { what: 'a counter that is not a number', document: plain, also: [counter('Likes', 'many')], ...onRavenDb },
];

/** The checkpoint of a live first generation. */
export function checkpointAt(task: TaskKey, to: number): Checkpoint {
  return {
    name: taskName(task),
    generation: 1,
    incarnation: 'first',
    databaseId: 'db',
    to,
    live: true,
    script: 's',
    witness: { number: 1, mark: 'a' },
    sequence: to,
    streamCreated: '2026-01-01T00:00:00Z',
    swept: true,
    setsApplied: 1,
    documentsPut: 1,
    documentsDeleted: 0,
    readAt: 1,
    appliedAt: 2,
  };
}
