import { hostname } from 'node:os';
import { join } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';

type Environment = Readonly<Record<string, string | undefined>>;

/** How pipelines are kept and run. Anything omitted is read from the environment. */
export interface SparkPipelinesOptions {
  /** Where this process keeps its state. `SPARK_PIPELINES_DIR`; default `pipelines` in `SPARK_DATA_DIR`. */
  folder?: string;
  /** The only folder that definitions can name files in. `SPARK_PIPELINES_FILES`; default `files` in `folder`. */
  files?: string;
  /** Definitions that are applied and started with the process, files separated by commas. `SPARK_PIPELINES_LOAD`. */
  load?: readonly string[];
  /** The YAML file with the connections. `SPARK_PIPELINES_CONNECTIONS`. */
  connections?: string;
  /** Which references to secrets connections may have, such as `env:NAME`. `SPARK_PIPELINES_SECRETS`, with commas; default: none. */
  secrets?: readonly string[];
  /** The name of this process in a cluster. `SPARK_NODE_ID`; default: host and process id. */
  node?: string;
  /** After how long a silent node loses its shards, in milliseconds. `SPARK_NODE_TTL_MS`; default 3,000. */
  nodeTtlMs?: number;
  /** `embedded`, or `cluster` on JetStream. Default: `cluster` where `NATS_URL` is set. */
  mode?: 'embedded' | 'cluster';
}

/** The options with every default in place. */
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

/** Settings of pipelines that cannot be used. The message names all faults with their remedies, and no secret. */
export class PipelinesSettingsError extends Error {
  override readonly name = 'PipelinesSettingsError';

  constructor(faults: readonly string[]) {
    super(`The settings of pipelines cannot be used: ${faults.join('; ')}.`);
  }
}

const LEAST_TTL_MS = 300;
const MOST_TTL_MS = 60_000;
const NODE = /^[\w.:-]{1,128}$/;

/** @throws {PipelinesSettingsError} with everything that is wrong */
export function resolvePipelinesSettings(
  options: SparkPipelinesOptions,
  environment: Environment,
): PipelinesSettings {
  const env = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const faults: string[] = [];
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
