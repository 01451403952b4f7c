import {
  cannotBeUsed,
  LiveSettings,
  optionsFault,
  tokenFault,
  unknownOptions,
} from '@nestjs-spark/foundation/internal';
import { EnvironmentSecrets, type Secrets } from '@nestjs-spark/secrets/internal';
import type { HttpBackendPlace } from '../backends/http/http-runs.ts';
import {
  resolveApacheSpark,
  type ApacheSparkOptions,
  type ApacheSparkSettings,
  type Readers,
} from './apache-spark.ts';
import { resolveKafka, type JobsKafkaOptions, type JobsKafkaSettings } from './kafka.ts';
import { JOBS_SCHEMA, USUAL_QUOTAS, type JobQuotas, type NamedBackend } from './schema.ts';

/** How jobs are stored and executed. Omitted options are read from the environment. */
export interface SparkJobsOptions {
  /**
   * `memory` (jobs are lost when the process ends) or `jetstream`. `SPARK_JOBS_STORE`; default `jetstream` if `NATS_URL` is set, otherwise
   * `memory`.
   */
  store?: 'memory' | 'jetstream';
  /** `api` accepts jobs but runs none, `worker` runs jobs but accepts none. `SPARK_JOBS_ROLE`; default `all`. */
  role?: 'all' | 'api' | 'worker';
  /** How many jobs run at once in this process. `SPARK_JOBS_CONCURRENCY`; default: the number of CPU cores. */
  concurrency?: number;
  /** How many jobs of a label run at once, across all instances. `SPARK_JOBS_LIMITS`, as `label=n,…`; default: no limits. */
  limits?: Readonly<Record<string, number>>;
  /** How long a job is kept after its end, in hours. `SPARK_JOBS_RETENTION_HOURS`; default 168. */
  retentionHours?: number;
  /**
   * How many jobs may wait, also for their time, or run; how many a submitter may add per second, and how many bytes of inputs it may store.
   * `SPARK_JOBS_QUOTAS`; default `queued=10000,perSecond=500,inputBytes=1073741824`.
   */
  quotas?: Partial<JobQuotas>;
  /**
   * What executes jobs: `memory` (this process), and your own services by name and URL. `SPARK_JOBS_BACKENDS`, as
   * `memory,name=URL`; default `memory`. The token for one is in `SPARK_JOBS_BACKEND_{NAME}_TOKEN`.
   */
  backends?: readonly (string | NamedBackend)[];
  /** When `auto` chooses, inputs up to this size in bytes run in this process. `SPARK_JOBS_AUTO_MEMORY_BYTES`; default 64 MiB. */
  autoMemoryBytes?: number;
  /** The allowed prefixes of input addresses. `SPARK_JOBS_INPUT_PREFIXES`; default: no address is fetched. */
  inputPrefixes?: readonly string[];
  /** The cluster that runs statements, and scripts that request the backend `spark`. Default: none, unless `APACHE_SPARK_CONNECT_URL` is set. */
  apacheSpark?: ApacheSparkOptions;
  /** Where changes of all jobs are published as messages. Default: nowhere, unless `SPARK_JOBS_KAFKA_BROKERS` is set. */
  kafka?: JobsKafkaOptions;
}

/** The options with all defaults applied. */
export interface JobsSettings {
  store: 'memory' | 'jetstream';
  role: 'all' | 'api' | 'worker';
  concurrency: number;
  limits: Readonly<Record<string, number>>;
  retentionMs: number;
  quotas: JobQuotas;
  /** Whether this process executes scripts and handlers itself. */
  memory: boolean;
  backends: readonly HttpBackendPlace[];
  memoryBytes: number;
  inputPrefixes: readonly string[];
  /** Null without a cluster. */
  apacheSpark: ApacheSparkSettings | null;
  /** Null if events are not published. */
  kafka: JobsKafkaSettings | null;
}

/** The settings of jobs are invalid. The message lists every fault with its remedy. */
export class JobsSettingsError extends Error {
  override readonly name = 'JobsSettingsError';

  constructor(faults: readonly string[]) {
    super(cannotBeUsed('SparkJobsModule', faults));
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The names of all options of `SparkJobsOptions`. */
export const JOBS_OPTIONS = Object.keys({
  store: true,
  role: true,
  concurrency: true,
  limits: true,
  retentionHours: true,
  quotas: true,
  backends: true,
  autoMemoryBytes: true,
  inputPrefixes: true,
  apacheSpark: true,
  kafka: true,
} satisfies Record<keyof SparkJobsOptions, true>);

const HOUR_MS = 3_600_000;

/**
 * @throws {JobsSettingsError} with all faults
 * @throws {SecretError} if a secret cannot be read
 */
export function resolveJobsSettings(
  options: SparkJobsOptions,
  environment: Environment,
  secrets: Pick<Secrets, 'text'> = new EnvironmentSecrets(environment),
): JobsSettings {
  const notOptions = optionsFault(options, JOBS_OPTIONS);
  if (notOptions !== null) throw new JobsSettingsError([notOptions]);
  const env = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const readers: Readers = { env, secret: (name) => secrets.text(name) };
  const usual = env('NATS_URL') ? ({ SPARK_JOBS_STORE: 'jetstream' } as const) : {};
  const { quotas, apacheSpark, kafka, ...others } = options;
  const given = { options: others, environment: { ...usual, ...withoutEmpty(environment) } };
  const settings = new LiveSettings(JOBS_SCHEMA, given);
  const asked = new LiveSettings(
    { quotas: JOBS_SCHEMA.quotas },
    { options: { quotas: withoutUndefined(quotas) }, environment: {} },
  );
  const faults = [...unknownOptions(options, JOBS_OPTIONS), ...settings.faults, ...asked.faults];
  const cluster = resolveApacheSpark(apacheSpark ?? {}, readers, faults);
  const events = resolveKafka(kafka ?? {}, readers, faults);
  const backends = settings.get('backends');
  const places = backends.flatMap((one) => (typeof one === 'string' ? [] : [placeOf(one, readers, faults)]));
  const twice = places.find(({ name }, index) => places.findIndex((other) => other.name === name) !== index);
  if (twice) faults.push(`backends (SPARK_JOBS_BACKENDS) has ${twice.name} twice`);
  if (settings.get('store') === 'memory' && settings.get('role') !== 'all')
    faults.push(
      'role (SPARK_JOBS_ROLE) has to be all when jobs are kept in memory: no other process sees them',
    );
  if (faults.length > 0) throw new JobsSettingsError(faults);
  return {
    store: settings.get('store'),
    role: settings.get('role'),
    concurrency: settings.get('concurrency'),
    limits: settings.get('limits'),
    retentionMs: HOUR_MS * settings.get('retentionHours'),
    quotas: { ...USUAL_QUOTAS, ...settings.get('quotas'), ...asked.get('quotas') },
    memory: backends.includes('memory'),
    backends: places,
    memoryBytes: settings.get('autoMemoryBytes'),
    inputPrefixes: settings.get('inputPrefixes'),
    apacheSpark: cluster,
    kafka: events,
  };
}

function placeOf({ name, url }: NamedBackend, { secret }: Readers, faults: string[]): HttpBackendPlace {
  const variable = `SPARK_JOBS_BACKEND_${name.toUpperCase().replaceAll('-', '_')}_TOKEN`;
  const token = secret(variable) ?? null;
  const fault = token === null ? null : tokenFault(`the token of the backend ${name} (${variable})`, token);
  if (fault !== null) faults.push(fault);
  return { name, url, token };
}

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
}

function withoutUndefined(quotas: Partial<JobQuotas> = {}): Record<string, number> {
  const given = Object.entries(quotas).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(given);
}
