import { availableParallelism } from 'node:os';
import { resolveApacheSpark, type ApacheSparkOptions, type ApacheSparkSettings } from './apache-spark.ts';

/** How jobs are kept and executed. Anything omitted is read from the environment. */
export interface SparkJobsOptions {
  /** `memory` (jobs end with the process) or `jetstream`. `SPARK_JOBS_STORE`; default `jetstream` where `NATS_URL` is set. */
  store?: 'memory' | 'jetstream';
  /** `api` accepts jobs and runs none, `worker` the other way round. `SPARK_JOBS_ROLE`; default `all`. */
  role?: 'all' | 'api' | 'worker';
  /** How many jobs run at once in this process. `SPARK_JOBS_CONCURRENCY`; default: the machine's cores. */
  concurrency?: number;
  /** How many jobs of a label run at once, over all instances. `SPARK_JOBS_LIMITS`, as `label=n,…`. */
  limits?: Readonly<Record<string, number>>;
  /** How long a job is kept after its end. `SPARK_JOBS_RETENTION_HOURS`; default 168. */
  retentionHours?: number;
  /** How many jobs may wait, and how many a submitter may add each second. `SPARK_JOBS_QUOTAS`; default `queued=10000,perSecond=500,inputBytes=1073741824`. */
  quotas?: Partial<JobQuotas>;
  /** The cluster that runs statements, and scripts that ask for the backend `spark`. Default: none, unless `APACHE_SPARK_CONNECT_URL` is set. */
  apacheSpark?: ApacheSparkOptions;
}

/** Bounds of what is accepted. */
export interface JobQuotas {
  queued: number;
  perSecond: number;
  /** How many bytes of inputs that a submitter has sent are kept at once. */
  inputBytes: number;
}

/** The options with every default in place. */
export interface JobsSettings {
  store: 'memory' | 'jetstream';
  role: 'all' | 'api' | 'worker';
  concurrency: number;
  limits: Readonly<Record<string, number>>;
  retentionMs: number;
  quotas: JobQuotas;
  /** Null: there is none. */
  apacheSpark: ApacheSparkSettings | null;
}

/** Settings of jobs that cannot be used. The message names all faults with their remedies. */
export class JobsSettingsError extends Error {
  override readonly name = 'JobsSettingsError';

  constructor(faults: readonly string[]) {
    super(`The settings of jobs cannot be used: ${faults.join('; ')}.`);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws {JobsSettingsError} with everything that is wrong */
export function resolveJobsSettings(options: SparkJobsOptions, environment: Environment): JobsSettings {
  const env = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const faults: string[] = [];
  const oneOf = <T extends string>(value: string, known: readonly T[], what: string): T => {
    const found = known.find((one) => one === value);
    if (found === undefined) faults.push(`${what} has to be ${known.join(' or ')}`);
    return found ?? (known[0] as T);
  };
  const whole = (
    given: number | undefined,
    text: string | undefined,
    usual: number,
    what: string,
  ): number => {
    const value = given ?? (text === undefined ? usual : Number(text));
    if (!Number.isSafeInteger(value) || value < 1)
      faults.push(`${what} has to be a whole number, at least 1`);
    return value;
  };
  const limits = numbers(
    options.limits ?? pairs(env('SPARK_JOBS_LIMITS')),
    'limits (SPARK_JOBS_LIMITS)',
    faults,
  );
  const labels = Object.keys(limits).filter((label) => !LABEL.test(label));
  if (labels.length > 0)
    faults.push('limits (SPARK_JOBS_LIMITS) may name labels of letters, digits, - and _ only, at most 64');
  const quotas = numbers(
    { ...pairs(env('SPARK_JOBS_QUOTAS')), ...options.quotas },
    'quotas (SPARK_JOBS_QUOTAS)',
    faults,
  );
  const known = Object.keys(USUAL_QUOTAS);
  if (Object.keys(quotas).some((name) => !known.includes(name)))
    faults.push(`quotas (SPARK_JOBS_QUOTAS) may have ${known.join(', ')}`);
  const settings: JobsSettings = {
    store: oneOf(
      options.store ?? env('SPARK_JOBS_STORE') ?? (env('NATS_URL') ? 'jetstream' : 'memory'),
      ['memory', 'jetstream'],
      'store (SPARK_JOBS_STORE)',
    ),
    role: oneOf(
      options.role ?? env('SPARK_JOBS_ROLE') ?? 'all',
      ['all', 'api', 'worker'],
      'role (SPARK_JOBS_ROLE)',
    ),
    concurrency: whole(
      options.concurrency,
      env('SPARK_JOBS_CONCURRENCY'),
      availableParallelism(),
      'concurrency (SPARK_JOBS_CONCURRENCY)',
    ),
    limits,
    retentionMs:
      3_600_000 *
      whole(
        options.retentionHours,
        env('SPARK_JOBS_RETENTION_HOURS'),
        168,
        'retentionHours (SPARK_JOBS_RETENTION_HOURS)',
      ),
    quotas: { ...USUAL_QUOTAS, ...quotas },
    apacheSpark: resolveApacheSpark(options.apacheSpark ?? {}, env, faults),
  };
  if (settings.store === 'memory' && settings.role !== 'all')
    faults.push(
      'role (SPARK_JOBS_ROLE) has to be all when jobs are kept in memory: no other process sees them',
    );
  if (faults.length > 0) throw new JobsSettingsError(faults);
  return settings;
}

const USUAL_QUOTAS: JobQuotas = { queued: 10_000, perSecond: 500, inputBytes: 1_073_741_824 };

/** Labels name lanes, and lanes are parts of subjects. */
export const LABEL = /^[\w-]{1,64}$/;

function pairs(text: string | undefined): Record<string, number> {
  const found = (text ?? '')
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair): [string, number] => {
      const [, name = '', count = ''] = /^([^=]+)=(\d+)$/.exec(pair) ?? [];
      return [name.trim(), Number(count)];
    });
  return Object.fromEntries(found);
}

function numbers(
  given: Readonly<Record<string, number>>,
  what: string,
  faults: string[],
): Readonly<Record<string, number>> {
  const isUsable = ([name, count]: [string, number]): boolean =>
    name !== '' && Number.isSafeInteger(count) && count >= 1;
  if (!Object.entries(given).every(isUsable))
    faults.push(`${what} has to be whole numbers from 1 by name, as in reports=8,mail=2`);
  return given;
}
