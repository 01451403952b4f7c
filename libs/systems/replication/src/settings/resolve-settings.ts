import {
  faultOf,
  isRouteBytes,
  NATS_OPTIONS,
  natsSecurity,
  ROUTE_BYTES_RULE,
  routeBytes,
} from '@nestjs-spark/bus/internal';
import { isName } from '@nestjs-spark/contracts';
import { isHttpAddress } from '@nestjs-spark/contracts/internal';
import { keysDir } from '@nestjs-spark/foundation';
import {
  isOptions,
  LiveSettings,
  optionsFault,
  shareOptions,
  shownValue,
  toList,
  unknownOptions,
} from '@nestjs-spark/foundation/internal';
import { serverAddressFault } from '@nestjs-spark/jetstream/internal';
import { operatorTokenFaults, readTrustedKeys } from '@nestjs-spark/modules/internal';
import { applicationVersion, ROUTE_OPTIONS } from '@nestjs-spark/observability/internal';
import { EnvironmentSecrets, type Secrets } from '@nestjs-spark/secrets/internal';
import { LIVE_NAMES, LIVE_SCHEMA, type LiveValues } from './live-schema.ts';
import type { ReplicationSettings, SparkReplicationOptions, VerifyScheduleOptions } from './options.ts';
import { ReplicationSettingsError } from './settings-error.ts';
import { issuerSettings } from './issuer-settings.ts';
import { unsafeSettings } from './unsafe-settings.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The defaults of settings that are only read at startup; those of the others are in `LIVE_SCHEMA`. */
export const DEFAULTS = { natsUrl: 'nats://127.0.0.1:4222', onDrop: 'remove' } as const;

/** The names of all options of `SparkReplicationOptions`. */
export const REPLICATION_OPTIONS = shareOptions(
  Object.keys({
    moduleName: true,
    moduleUrl: true,
    engine: true,
    natsUrl: true,
    nats: true,
    routeMaxBytes: true,
    keysDir: true,
    operatorToken: true,
    retrySeconds: true,
    batchDocuments: true,
    deploymentsPerMinute: true,
    scriptOutput: true,
    scriptCopies: true,
    scriptLoads: true,
    onDrop: true,
    production: true,
    trustedKeys: true,
    refuseUnsigned: true,
    issuer: true,
    audience: true,
    issuerJwks: true,
    issuerClaim: true,
    issuerClientId: true,
    issuerClientSecret: true,
    issuerScope: true,
    targetUrls: true,
    version: true,
    verify: true,
  } satisfies Record<keyof SparkReplicationOptions, true>),
);
const VERIFY_OPTIONS = Object.keys({
  everyHours: true,
  depth: true,
  repair: true,
} satisfies Record<keyof VerifyScheduleOptions, true>);

/** The settings that can change at run time, as given by options and environment. Faults are in `faults`. */
export function liveSettings(
  options: SparkReplicationOptions,
  environment: Environment,
): LiveSettings<typeof LIVE_SCHEMA> {
  // `resolveSettings` refuses anything else.
  const { engine, retrySeconds, batchDocuments, deploymentsPerMinute, ...others }: SparkReplicationOptions =
    isOptions(options) ? options : {};
  const { scriptOutput, scriptCopies, scriptLoads } = others;
  const budgets = { deploymentsPerMinute, scriptOutput, scriptCopies, scriptLoads };
  const given = { engine, retrySeconds, batchDocuments, ...budgets };
  return new LiveSettings(LIVE_SCHEMA, { options: given, environment });
}

/**
 * Completes the options from the environment and the defaults.
 * @param application `http`: whether it has a server; `secrets`: where secrets come from, by default the environment; `live`: the settings that can
 * change
 * @throws {ReplicationSettingsError} with all faults
 */
export function resolveSettings(
  options: SparkReplicationOptions,
  environment: Environment,
  {
    http,
    secrets = new EnvironmentSecrets(environment),
    live = liveSettings(options, environment),
  }: { http: boolean; secrets?: Secrets; live?: LiveSettings<typeof LIVE_SCHEMA> } = { http: true },
): ReplicationSettings {
  const notOptions = optionsFault(options, REPLICATION_OPTIONS);
  if (notOptions !== null) throw new ReplicationSettingsError([notOptions]);
  const env = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const faults = [
    ...unknownOptions(options, REPLICATION_OPTIONS, { besides: ROUTE_OPTIONS, isShared: true }),
    ...unknownOptions(options.nats, NATS_OPTIONS, { path: 'nats' }),
    ...unknownOptions(options.verify, VERIFY_OPTIONS, { path: 'verify' }),
    ...live.faults,
  ];
  const production = options.production ?? env('NODE_ENV') === 'production';
  // In development the listening server determines it, and without HTTP it is not needed.
  const unknownUrl = production && http ? undefined : '';
  const givenNatsUrl = options.natsUrl ?? env('NATS_URL');
  const settings = {
    moduleName: moduleName(options.moduleName ?? env('SPARK_MODULE_NAME'), faults),
    moduleUrl: moduleUrl(
      options.moduleUrl ?? env('SPARK_MODULE_URL') ?? localUrl(env('PORT'), faults) ?? unknownUrl,
      faults,
    ),
    natsUrl: natsUrl(givenNatsUrl ?? DEFAULTS.natsUrl, faults),
    natsSecurity: () => natsSecurity(options.nats ?? {}, secrets),
    routeMaxBytes: routeMaxBytes(options.routeMaxBytes, env('SPARK_ROUTE_MAX_BYTES'), faults),
    keysDir: options.keysDir ?? keysDir(environment),
    operatorToken: options.operatorToken ?? secrets.text('SPARK_OPERATOR_TOKEN') ?? null,
    onDrop: options.onDrop ?? DEFAULTS.onDrop,
    production,
    trustedKeys: readTrustedKeys(options.trustedKeys, env('SPARK_TRUSTED_KEYS'), faults),
    refuseUnsigned: options.refuseUnsigned ?? env('SPARK_REFUSE_UNSIGNED') === '1',
    tokenIssuer: issuerSettings(options, { env, secret: (name) => secrets.text(name) }, faults),
    targetUrls: targetUrls(options.targetUrls ?? toList(env('SPARK_TARGET_URLS') ?? ''), faults),
    version: options.version ?? applicationVersion(),
    verify: verifySchedule(options.verify, faults),
  };
  const insecure = faultOf(settings.natsSecurity);
  if (insecure !== null) faults.push(insecure);
  else if (production) faults.push(...unsafeSettings(settings, environment, givenNatsUrl !== undefined));
  faults.push(...operatorTokenFaults(settings.operatorToken, environment, production));
  if (faults.length > 0) throw new ReplicationSettingsError(faults);
  return withLive(settings, live);
}

/** Live settings are read on each access. */
function withLive(
  settings: Omit<ReplicationSettings, keyof LiveValues>,
  live: LiveSettings<typeof LIVE_SCHEMA>,
): ReplicationSettings {
  const getters = LIVE_NAMES.map((name) => [name, { enumerable: true, get: () => live.get(name) }]);
  return Object.defineProperties(
    settings,
    Object.fromEntries(getters) as PropertyDescriptorMap,
  ) as ReplicationSettings;
}

function moduleName(value: string | undefined, faults: string[]): string {
  if (isName(value)) return value;
  faults.push(
    value === undefined
      ? 'moduleName is missing: give it to forRoot({ moduleName }) or set SPARK_MODULE_NAME'
      : 'moduleName (SPARK_MODULE_NAME) has to be a letter, then up to 63 letters, digits, "_" or "-"',
  );
  return '';
}

function moduleUrl(value: string | undefined, faults: string[]): string {
  if (value === '') return '';
  const url = value !== undefined && isHttpAddress(value) ? new URL(value) : null;
  if (value === undefined)
    faults.push('moduleUrl is missing: give it to forRoot({ moduleUrl }) or set SPARK_MODULE_URL or PORT');
  else if (!url)
    faults.push(
      `moduleUrl (SPARK_MODULE_URL) has to be an http or https address, as in http://127.0.0.1:5001; it is ${shownValue(value)}`,
    );
  else if (url.username || url.password)
    faults.push(
      'moduleUrl (SPARK_MODULE_URL) must not hold credentials: other modules read it in the registry',
    );
  else if (url.search || url.hash)
    faults.push('moduleUrl (SPARK_MODULE_URL) must not have a query or fragment');
  return value?.replace(/(?<!\/)\/+$/, '') ?? '';
}

function natsUrl(value: string, faults: string[]): string {
  const fault = serverAddressFault(value);
  if (fault !== null) faults.push(fault);
  return value;
}

function localUrl(port: string | undefined, faults: string[]): string | undefined {
  if (port === undefined) return undefined;
  const url = `http://127.0.0.1:${port}`;
  if (isHttpAddress(url)) return url;
  faults.push(
    `PORT has to be a number up to 65535, or SPARK_MODULE_URL has to be set; it is ${shownValue(port)}`,
  );
  return '';
}

function routeMaxBytes(given: number | undefined, text: string | undefined, faults: string[]): number {
  const bytes = routeBytes(given, text);
  if (!isRouteBytes(bytes)) faults.push(ROUTE_BYTES_RULE);
  return bytes;
}

function verifySchedule(
  given: SparkReplicationOptions['verify'],
  faults: string[],
): ReplicationSettings['verify'] {
  if (given && !(Number.isFinite(given.everyHours) && given.everyHours > 0))
    faults.push('verify.everyHours has to be a number of hours above 0, as in verify: { everyHours: 24 }');
  return given ?? null;
}

/** An invalid address would match no target, and requests would be refused. The value is not shown: it may contain a password. */
function targetUrls(values: readonly string[], faults: string[]): readonly string[] {
  if (!values.every(isHttpAddress))
    faults.push(
      'targetUrls (SPARK_TARGET_URLS) has to be http or https addresses, as in http://hr-db:8080,http://sales-db:8080',
    );
  return values;
}
