import { hostname } from 'node:os';
import { join } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import { cannotBeUsed, optionsFault, unknownOptions } from '@nestjs-spark/foundation/internal';

type Environment = Readonly<Record<string, string | undefined>>;

/** How pipelines are stored and run. Omitted options are read from the environment. */
export interface SparkPipelinesOptions {
  /** Where this process keeps its state. `SPARK_PIPELINES_DIR`; default `pipelines` in `SPARK_DATA_DIR`. */
  folder?: string;
  /** The only folder in which definitions can name files. `SPARK_PIPELINES_FILES`; default `files` in `folder`. */
  files?: string;
  /** Files with definitions that are applied and started at startup. `SPARK_PIPELINES_LOAD`, separated by commas; default: none. */
  load?: readonly string[];
  /** The YAML file with the connections. `SPARK_PIPELINES_CONNECTIONS`; default: none. */
  connections?: string;
  /** The references to secrets that connections may use, such as `env:NAME`. `SPARK_PIPELINES_SECRETS`, with commas; default: none. */
  secrets?: readonly string[];
  /** The name of this process in a cluster. `SPARK_NODE_ID`; default: host and process id. */
  node?: string;
  /** How long a node may be silent before it loses its shards, in milliseconds. `SPARK_NODE_TTL_MS`; default 3,000. */
  nodeTtlMs?: number;
  /** `embedded`, or `cluster` on JetStream. Default: `cluster` if `NATS_URL` is set, otherwise `embedded`. */
  mode?: 'embedded' | 'cluster';
}

/** The options with all defaults applied. */
export interface PipelinesSettings {
  folder: string;
  files: string;
  load: readonly string[];
  connections: string | null;
  secrets: readonly string[];
  node: string;
  nodeTtlMs: number;
  mode: 'embedded' | 'cluster';
}

/** The settings of pipelines are invalid. The message lists every fault with its remedy, and no secrets. */
export class PipelinesSettingsError extends Error {
  override readonly name = 'PipelinesSettingsError';

  constructor(faults: readonly string[]) {
    super(cannotBeUsed('SparkPipelinesModule', faults));
  }
}

/** The names of all options of `SparkPipelinesOptions`. */
export const PIPELINES_OPTIONS = Object.keys({
  folder: true,
  files: true,
  load: true,
  connections: true,
  secrets: true,
  node: true,
  nodeTtlMs: true,
  mode: true,
} satisfies Record<keyof SparkPipelinesOptions, true>);

const LEAST_TTL_MS = 300;
const MOST_TTL_MS = 60_000;
const NODE = /^[\w.:-]{1,128}$/;

/** @throws {PipelinesSettingsError} with all faults */
export function resolvePipelinesSettings(
  options: SparkPipelinesOptions,
  environment: Environment,
): PipelinesSettings {
  const notOptions = optionsFault(options, PIPELINES_OPTIONS);
  if (notOptions !== null) throw new PipelinesSettingsError([notOptions]);
  const env = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const faults: string[] = unknownOptions(options, PIPELINES_OPTIONS);
  const nodeTtlMs = options.nodeTtlMs ?? Number(env('SPARK_NODE_TTL_MS') ?? 3_000);
  if (!(nodeTtlMs >= LEAST_TTL_MS && nodeTtlMs <= MOST_TTL_MS))
    faults.push(`nodeTtlMs (SPARK_NODE_TTL_MS) has to be a number from ${LEAST_TTL_MS} to ${MOST_TTL_MS}`);
  const node = options.node ?? env('SPARK_NODE_ID') ?? `${hostname()}:${process.pid}`;
  if (!NODE.test(node))
    faults.push(
      'node (SPARK_NODE_ID) has to be 1 to 128 letters, digits, dots, colons, dashes or underscores',
    );
  const folder = options.folder ?? env('SPARK_PIPELINES_DIR') ?? join(dataDir(environment), 'pipelines');
  if (faults.length > 0) throw new PipelinesSettingsError(faults);
  return {
    folder,
    files: options.files ?? env('SPARK_PIPELINES_FILES') ?? join(folder, 'files'),
    load: options.load ?? listOf(env('SPARK_PIPELINES_LOAD')),
    connections: options.connections ?? env('SPARK_PIPELINES_CONNECTIONS') ?? null,
    secrets: options.secrets ?? listOf(env('SPARK_PIPELINES_SECRETS')),
    node,
    nodeTtlMs,
    mode: options.mode ?? (env('NATS_URL') ? 'cluster' : 'embedded'),
  };
}

const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
