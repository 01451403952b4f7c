import { ENGINE_NAMES, type EngineName } from '@nestjs-spark/contracts';
import { DEFAULT_BUDGETS, type ScriptBudgets } from '@nestjs-spark/etl-script/internal';
import {
  isListOf,
  toNumber,
  type Guard,
  type Setting,
  type ValuesOf,
} from '@nestjs-spark/foundation/internal';
import { APPLICATION_SETTINGS } from '@nestjs-spark/settings/internal';

/** `auto` uses RavenDB's own ETL if the owner's licence includes it, and the stream engine otherwise. */
export type EngineChoice = 'auto' | EngineName;

const ENGINES: readonly string[] = ['auto', ...ENGINE_NAMES] satisfies EngineChoice[];
const LONGEST_WAIT_SECONDS = 86_400;
const MOST_RETRIES = 100;
const MOST_DOCUMENTS = 2_048;
const MOST_DEPLOYMENTS = 60_000;
/** The maximum that an owner's memory and the size of a change set allow. */
const MOST_OUTPUT = 16 * 1024 * 1024;
const MOST_COPIES = 16_384;
const MOST_LOADS = 10_000;

const isEngine: Guard<EngineChoice> = (value): value is EngineChoice =>
  typeof value === 'string' && ENGINES.includes(value);

const isWait: Guard<number> = (value): value is number =>
  typeof value === 'number' && value > 0 && value <= LONGEST_WAIT_SECONDS;

const engine: Setting<EngineChoice> = {
  variable: 'SPARK_REPLICATION_ENGINE',
  rule: `has to be one of ${ENGINES.join(', ')}`,
  parse: (text) => text,
  fits: isEngine,
  fallback: 'auto',
};

const retrySeconds: Setting<readonly number[]> = {
  variable: 'SPARK_RETRY_SECONDS',
  rule: 'has to be seconds above 0, as in 2,10,30,60,300',
  parse: (text) => text.split(',').map(toNumber),
  fits: isListOf(isWait, MOST_RETRIES),
  fallback: [2, 10, 30, 60, 300],
};

const batchDocuments: Setting<number> = {
  variable: 'SPARK_BATCH_DOCUMENTS',
  rule: `has to be a whole number from 1 to ${MOST_DOCUMENTS}`,
  parse: toNumber,
  fits: isWholeUpTo(MOST_DOCUMENTS),
  fallback: MOST_DOCUMENTS,
};

const deploymentsPerMinute: Setting<number> = {
  variable: 'SPARK_DEPLOYMENTS_PER_MINUTE',
  rule: `has to be a whole number from 1 to ${MOST_DEPLOYMENTS}`,
  parse: toNumber,
  fits: isWholeUpTo(MOST_DEPLOYMENTS),
  fallback: 60,
};

const scriptOutput: Setting<number> = {
  variable: 'SPARK_SCRIPT_OUTPUT',
  rule: `has to be a whole number of characters from 1 to ${MOST_OUTPUT}`,
  parse: toNumber,
  fits: isWholeUpTo(MOST_OUTPUT),
  fallback: DEFAULT_BUDGETS.maxOutput,
};

const scriptCopies: Setting<number> = {
  variable: 'SPARK_SCRIPT_COPIES',
  rule: `has to be a whole number from 1 to ${MOST_COPIES}`,
  parse: toNumber,
  fits: isWholeUpTo(MOST_COPIES),
  fallback: DEFAULT_BUDGETS.maxCopies,
};

const scriptLoads: Setting<number> = {
  variable: 'SPARK_SCRIPT_LOADS',
  rule: `has to be a whole number from 1 to ${MOST_LOADS}`,
  parse: toNumber,
  fits: isWholeUpTo(MOST_LOADS),
  fallback: DEFAULT_BUDGETS.maxLoads,
};

/** The settings of replication that can change at run time. */
export const LIVE_SCHEMA = {
  engine,
  retrySeconds,
  batchDocuments,
  deploymentsPerMinute,
  scriptOutput,
  scriptCopies,
  scriptLoads,
  ...APPLICATION_SETTINGS,
};

export type LiveValues = ValuesOf<typeof LIVE_SCHEMA>;
export const LIVE_NAMES = Object.keys(LIVE_SCHEMA) as (keyof LiveValues)[];

/** The current limits of what scripts may make of one document. */
export function scriptBudgets({
  scriptLoads: maxLoads,
  scriptOutput: maxOutput,
  scriptCopies: maxCopies,
}: Pick<LiveValues, 'scriptLoads' | 'scriptOutput' | 'scriptCopies'>): ScriptBudgets {
  return { maxLoads, maxOutput, maxCopies };
}

/** All other settings are read at startup. */
export const START_ONLY_VARIABLES: Readonly<Record<string, string>> = {
  moduleName: 'SPARK_MODULE_NAME',
  moduleUrl: 'SPARK_MODULE_URL',
  store: 'SPARK_STORE',
  settingsStore: 'SPARK_SETTINGS_STORE',
  natsUrl: 'NATS_URL',
  routeMaxBytes: 'SPARK_ROUTE_MAX_BYTES',
  keysDir: 'SPARK_KEYS_DIR',
  operatorToken: 'SPARK_OPERATOR_TOKEN',
  trustedKeys: 'SPARK_TRUSTED_KEYS',
  refuseUnsigned: 'SPARK_REFUSE_UNSIGNED',
  issuer: 'SPARK_ISSUER',
  audience: 'SPARK_AUDIENCE',
  issuerJwks: 'SPARK_ISSUER_JWKS',
  issuerClaim: 'SPARK_ISSUER_CLAIM',
  issuerClientId: 'SPARK_ISSUER_CLIENT_ID',
  issuerClientSecret: 'SPARK_ISSUER_CLIENT_SECRET',
  issuerScope: 'SPARK_ISSUER_SCOPE',
  targetUrls: 'SPARK_TARGET_URLS',
  production: 'NODE_ENV',
};

function isWholeUpTo(most: number): Guard<number> {
  return (value): value is number =>
    Number.isSafeInteger(value) && Number(value) >= 1 && Number(value) <= most;
}
