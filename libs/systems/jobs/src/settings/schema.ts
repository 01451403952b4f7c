import { availableParallelism } from 'node:os';
import {
  isListOf,
  isObject,
  isOneOf,
  isText,
  isWhole,
  toList,
  toNumber,
  type Guard,
  type Setting,
} from '@nestjs-spark/foundation/internal';

/** Labels name lanes, and lanes are tokens of subjects. */
export const LABEL = /^[\w-]{1,64}$/;

const STORES = ['memory', 'jetstream'] as const;
const ROLES = ['all', 'api', 'worker'] as const;

/** Limits on submissions. */
export interface JobQuotas {
  /** How many jobs there may be that have not ended: those that wait for a worker, for their `runAt` or for a retry, and those that run. */
  queued: number;
  /** How many jobs a submitter may add per second. */
  perSecond: number;
  /** The total size of a submitter's stored inputs, in bytes. */
  inputBytes: number;
}

/** The default quotas. */
export const USUAL_QUOTAS: JobQuotas = { queued: 10_000, perSecond: 500, inputBytes: 1_073_741_824 };

/** A custom backend: its address, and the name that jobs refer to. */
export interface NamedBackend {
  name: string;
  url: string;
}

const isPositive: Guard<number> = (value): value is number => isWhole(value) && value >= 1;

const isNumbers =
  (isName: (name: string) => boolean): Guard<Readonly<Record<string, number>>> =>
  (value): value is Record<string, number> =>
    isObject(value) && Object.entries(value).every(([name, count]) => isName(name) && isPositive(count));

const BY_NAME = 'has to be whole numbers from 1 by name, as in';

/** Parses `name=n,…`; an invalid number becomes NaN, which validation refuses. */
function toNumbers(text: string): Record<string, number> {
  const pairs = toList(text).map((pair): [string, number] => {
    const at = pair.indexOf('=');
    const count = pair.slice(at + 1).trim();
    return at < 1 ? [pair, NaN] : [pair.slice(0, at).trim(), /^\d{1,16}$/.test(count) ? Number(count) : NaN];
  });
  return Object.fromEntries(pairs);
}

const count = (variable: string, fallback: number): Setting<number> => ({
  variable,
  rule: 'has to be a whole number, at least 1',
  parse: toNumber,
  fits: isPositive,
  fallback,
});

/** Parses `memory`, `spark` and `name=URL`. Documents leave the machine only encrypted. */
function toBackends(text: string): (string | NamedBackend)[] {
  return toList(text).map((entry) => {
    const at = entry.indexOf('=');
    return at < 0 ? entry : { name: entry.slice(0, at).trim(), url: entry.slice(at + 1).trim() };
  });
}

const isBuiltIn = isOneOf('memory', 'spark');
const isBackend: Guard<string | NamedBackend> = (value): value is string | NamedBackend =>
  isBuiltIn(value) ||
  (isObject(value) &&
    isText(64)(value['name']) &&
    /^[a-z][a-z0-9-]*$/.test(value['name']) &&
    !isBuiltIn(value['name']) &&
    isSafeUrl(value['url']));

function isSafeUrl(value: unknown): boolean {
  const url = isText()(value) && URL.canParse(value) ? new URL(value) : null;
  if (!url || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** The job settings that come from an option or a variable. */
export const JOBS_SCHEMA = {
  store: {
    variable: 'SPARK_JOBS_STORE',
    rule: `has to be ${STORES.join(' or ')}`,
    parse: (text: string) => text,
    fits: isOneOf(...STORES),
    fallback: 'memory',
  } satisfies Setting<(typeof STORES)[number]> as Setting<(typeof STORES)[number]>,
  role: {
    variable: 'SPARK_JOBS_ROLE',
    rule: `has to be ${ROLES.join(' or ')}`,
    parse: (text: string) => text,
    fits: isOneOf(...ROLES),
    fallback: 'all',
  } satisfies Setting<(typeof ROLES)[number]> as Setting<(typeof ROLES)[number]>,
  concurrency: count('SPARK_JOBS_CONCURRENCY', availableParallelism()),
  retentionHours: count('SPARK_JOBS_RETENTION_HOURS', 168),
  autoMemoryBytes: count('SPARK_JOBS_AUTO_MEMORY_BYTES', 67_108_864),
  limits: {
    variable: 'SPARK_JOBS_LIMITS',
    rule: `${BY_NAME} reports=8,mail=2; names are labels of letters, digits, - and _, at most 64`,
    parse: toNumbers,
    fits: isNumbers((name) => LABEL.test(name)),
    fallback: {},
  } satisfies Setting<Readonly<Record<string, number>>> as Setting<Readonly<Record<string, number>>>,
  quotas: {
    variable: 'SPARK_JOBS_QUOTAS',
    rule: `${BY_NAME} queued=10000,perSecond=500; it may have ${Object.keys(USUAL_QUOTAS).join(', ')}`,
    parse: toNumbers,
    fits: isNumbers((name) => Object.hasOwn(USUAL_QUOTAS, name)),
    fallback: {},
  } satisfies Setting<Readonly<Record<string, number>>> as Setting<Readonly<Record<string, number>>>,
  backends: {
    variable: 'SPARK_JOBS_BACKENDS',
    rule: 'has to be memory, spark or name=URL, separated by commas; names are of lower-case letters, digits and -, URLs are https:, or http: on this machine',
    parse: toBackends,
    fits: isListOf(isBackend, 32),
    fallback: ['memory'],
  } satisfies Setting<(string | NamedBackend)[]> as Setting<readonly (string | NamedBackend)[]>,
  inputPrefixes: {
    variable: 'SPARK_JOBS_INPUT_PREFIXES',
    rule: 'has to be addresses that begin with https:// (http:// on this machine), separated by commas',
    parse: toList,
    fits: isListOf((value): value is string => isSafeUrl(value), 32),
    fallback: [],
  } satisfies Setting<string[]> as Setting<readonly string[]>,
};
