import { nearestName } from '@nestjs-spark/foundation/text';
import { EXTRA_FUNCTIONS } from './extras-language.ts';

/** Functions of RavenDB's ETL scripts that the sandbox provides, besides `loadTo…` and EXTRA_FUNCTIONS. */
const ETL_FUNCTIONS = [
  'loadTo',
  'id',
  'load',
  'getMetadata',
  'metadataFor',
  'lastModified',
  'output',
  'startsWith',
  'endsWith',
] as const;

/** Functions of RavenDB's ETL scripts that the sandbox lacks: a script that calls them is refused. */
export const MISSING_FUNCTIONS = [
  'counter',
  'counterRaw',
  'timeseries',
  'cmpxchg',
  'include',
  'includes',
  'put',
  'del',
  'archived',
  'loadPath',
  'spatial',
  'scalarToRawString',
  'convertJsTimeToTimeSpanString',
  'convertToTimeSpanString',
  'compareDates',
] as const;

/** Names of the JavaScript language itself that scripts may use. */
export const LANGUAGE_NAMES: ReadonlySet<string> = new Set(
  (
    'undefined NaN Infinity globalThis arguments eval isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent ' +
    'encodeURI encodeURIComponent escape unescape Object Function Boolean Symbol Error AggregateError EvalError ' +
    'RangeError ReferenceError SyntaxError TypeError URIError InternalError Number BigInt Math Date String RegExp Array ' +
    'Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array BigInt64Array BigUint64Array ' +
    'Float16Array Float32Array Float64Array Map Set WeakMap WeakSet WeakRef ArrayBuffer SharedArrayBuffer DataView JSON ' +
    'Iterator Promise Reflect Proxy FinalizationRegistry console'
  ).split(' '),
);

const KNOWN: ReadonlySet<string> = new Set<string>([
  ...ETL_FUNCTIONS,
  ...EXTRA_FUNCTIONS,
  ...MISSING_FUNCTIONS,
]);

/** Whether a script can use this name without declaring it. */
export function isKnownName(name: string, targets: readonly string[]): boolean {
  return LANGUAGE_NAMES.has(name) || KNOWN.has(name) || targets.some((target) => name === `loadTo${target}`);
}

const CALLABLE: readonly string[] = [...ETL_FUNCTIONS, ...EXTRA_FUNCTIONS, ...LANGUAGE_NAMES];

/** A similarly spelled name that a script has; null when nothing is close. */
export function knownSpelling(name: string): string | null {
  return nearestName(name, CALLABLE);
}
