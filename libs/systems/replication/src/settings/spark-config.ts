import { readBusSettings } from '@nestjs-spark/bus/internal';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import type { SparkStoreOptions } from '@nestjs-spark/store';
import { readStoreSettings } from '@nestjs-spark/store/internal';
import { LIVE_NAMES, type LiveValues } from './live-schema.ts';
import type { ReplicationSettings } from './options.ts';
import { liveSettings, resolveSettings } from './resolve-settings.ts';
import { ReplicationSettingsError } from './settings-error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The namespace `spark` of an application's configuration: the validated environment, in a form that every `forRoot` of Spark accepts. */
export type SparkConfig = Omit<
  ReplicationSettings,
  | keyof LiveValues
  | 'moduleUrl'
  | 'natsSecurity'
  | 'operatorToken'
  | 'trustedKeys'
  | 'tokenIssuer'
  | 'verify'
  | 'version'
> & {
  /** The module's name, under the name that the bus uses for it. */
  name: string;
  /** Default: the address at which the server listens. */
  moduleUrl?: string;
  operatorToken?: string;
  /** Module names in lower case. */
  trustedKeys: Readonly<Record<string, readonly string[]>>;
} & Pick<SparkStoreOptions, 'store'> &
  // Only what the environment provides: operators could no longer change a value given as an option.
  Partial<LiveValues>;

/** The shape that `@nestjs/config` expects of a namespace. Declared here, so that the package is not required. */
interface ConfigNamespace {
  (): SparkConfig;
  /** For `@Inject(sparkConfig.KEY)`. */
  readonly KEY: string;
  /** For `forRootAsync(sparkConfig.asProvider())`; also works without `ConfigModule`. */
  asProvider(): {
    inject: { token: string; optional: boolean }[];
    useFactory: (config?: SparkConfig) => SparkConfig;
  };
}

const KEY = 'CONFIGURATION(spark)';

/**
 * The settings as a namespace of `@nestjs/config`: `ConfigModule.forRoot({ isGlobal: true, load: [sparkConfig] })`, then
 * `SparkStoreModule.forRootAsync(sparkConfig.asProvider())` and the same for the other modules. The variables are those of the environment table.
 * @throws {ReplicationSettingsError} at startup, when it is called, with everything that is missing or wrong, including the settings of the store
 * and the bus; correct them and start again
 */
export const sparkConfig: ConfigNamespace = Object.defineProperties(() => readSparkConfig(process.env), {
  PARTIAL_CONFIGURATION_KEY: { value: 'spark' },
  KEY: { value: KEY },
  asProvider: {
    value: () => ({
      inject: [{ token: KEY, optional: true }],
      useFactory: (config?: SparkConfig) => config ?? sparkConfig(),
    }),
  },
}) as ConfigNamespace;

/** @throws {ReplicationSettingsError} with all faults */
export function readSparkConfig(environment: Environment): SparkConfig {
  const faults: string[] = [];
  const read = <T>(settings: () => T): T | undefined => {
    try {
      return settings();
    } catch (error) {
      faults.push(...faultsOf(error));
      return undefined;
    }
  };
  const live = liveSettings({}, environment);
  const resolved = read(() => resolveSettings({}, environment, { http: false, live }));
  read(() => readStoreSettings({}, environment));
  const bus = resolved && read(() => readBusSettings({}, environment));
  if (!resolved || !bus || faults.length > 0) throw new ReplicationSettingsError([...new Set(faults)]);
  const {
    moduleUrl,
    natsSecurity: _security,
    operatorToken,
    trustedKeys,
    tokenIssuer: _issuer,
    verify: _verify,
    version: _version,
    ...settings
  } = resolved;
  const store = environment['SPARK_STORE'] as SparkStoreOptions['store'];
  const open = new Set<string>(LIVE_NAMES.filter((name) => live.origin(name) === 'default'));
  const fixed = Object.fromEntries(Object.entries(settings).filter(([name]) => !open.has(name)));
  return {
    ...(fixed as Omit<typeof settings, keyof LiveValues> & Partial<LiveValues>),
    name: bus.name,
    trustedKeys: Object.fromEntries(trustedKeys),
    ...(moduleUrl === '' ? {} : { moduleUrl }),
    ...(operatorToken === null ? {} : { operatorToken }),
    ...(store ? { store } : {}),
  };
}

function faultsOf(error: unknown): readonly string[] {
  if (error instanceof ReplicationSettingsError) return error.faults;
  // Below the heading, each on a line of its own.
  if (error instanceof StoreRefusedError)
    return error.message.split('\n').flatMap((line) => (line.startsWith('  - ') ? [line.slice(4)] : []));
  throw error;
}
