import type { NatsSecurity } from '@nestjs-spark/bus';
import type { IssuerSettings } from '@nestjs-spark/modules/internal';
import type { EngineChoice, LiveValues } from './live-schema.ts';

/**
 * How a module takes part in replication. Every option may be omitted: it is then read from the environment, or else has its default. Only the
 * module's name has no default.
 */
export interface SparkReplicationOptions {
  /** The name of this module; others use it in `sourceModule` and `with`. `SPARK_MODULE_NAME`; required. */
  moduleName?: string;
  /**
   * The address at which other modules reach this one. `SPARK_MODULE_URL`, then `http://127.0.0.1:$PORT`, then the address at which the server
   * listens. Required in production for an application with HTTP.
   */
  moduleUrl?: string;
  /** The engine that serves this module's requesters. `SPARK_REPLICATION_ENGINE`, then `auto`. */
  engine?: EngineChoice;
  /** Addresses of NATS with JetStream. `NATS_URL`, then `nats://127.0.0.1:4222`. */
  natsUrl?: string;
  /**
   * Credentials and encryption for NATS. What is omitted is read from `NATS_CREDENTIALS`, `NATS_NKEY_SEED`, `NATS_USER`, `NATS_PASSWORD`,
   * `NATS_TOKEN`, `NATS_CA`, `NATS_CERTIFICATE` and `NATS_KEY`, each also with the suffix `_FILE`.
   */
  nats?: NatsSecurity;
  /**
   * How many bytes of JetStream each route from this module reserves; less if JetStream has less available, down to 8 MiB. `SPARK_ROUTE_MAX_BYTES`,
   * then 67,108,864 (64 MiB); at least 8,388,608.
   */
  routeMaxBytes?: number;
  /** The directory of the module's key pair, `{moduleName}.jwk.json`. `SPARK_KEYS_DIR`, then `keys` in `SPARK_DATA_DIR`. */
  keysDir?: string;
  /** The token for the operators' routes of `/spark/*`. `SPARK_OPERATOR_TOKEN`; without it, these routes are closed to operators. */
  operatorToken?: string;
  /** The delays before each retry of a deployment, in seconds. `SPARK_RETRY_SECONDS`, then `[2, 10, 30, 60, 300]`. */
  retrySeconds?: readonly number[];
  /**
   * The maximum number of documents that are read, transformed and sent together. Fewer take less memory and more requests.
   * `SPARK_BATCH_DOCUMENTS`, then 2,048, which is also the maximum.
   */
  batchDocuments?: number;
  /** How many deployments per minute each requester may send here; up to 30 may come at once. `SPARK_DEPLOYMENTS_PER_MINUTE`, then 60. */
  deploymentsPerMinute?: number;
  /**
   * How many characters of JSON text a script may make of one document, or twice the document's own length if that is more; beyond that, the
   * document is set aside. `SPARK_SCRIPT_OUTPUT`, then 4,194,304; at most 16,777,216.
   */
  scriptOutput?: number;
  /** How many copies a script may make of one document. `SPARK_SCRIPT_COPIES`, then 4,096; at most 16,384. */
  scriptCopies?: number;
  /** How many documents a script may request with `load` for one document. `SPARK_SCRIPT_LOADS`, then 1,000; at most 10,000. */
  scriptLoads?: number;
  /** What happens to the copies of a dropped declaration. Default `remove`. */
  onDrop?: 'remove' | 'keep';
  /**
   * In production, keys are never created, and a module's key is only trusted if it is listed in `trustedKeys` or already pinned. Default: whether
   * `NODE_ENV` is `production`.
   */
  production?: boolean;
  /**
   * The thumbprints (RFC 7638) of other modules' keys that an operator has approved, by module name; several while a module changes its key. Listed
   * keys replace a pinned one. `SPARK_TRUSTED_KEYS` as `HR=thumbprint,Sales=thumbprint`.
   */
  trustedKeys?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * Also refuses unsigned change sets from owners whose version does not sign yet. Set it once all of them are updated. `SPARK_REFUSE_UNSIGNED=1`;
   * default false.
   */
  refuseUnsigned?: boolean;
  /**
   * An identity provider whose access tokens (JWTs) modules may present instead of their own tokens: the `iss` of its tokens.
   * `SPARK_ISSUER`; default none. Such a token is not bound to one request: whoever steals one can use it until it expires.
   */
  issuer?: string;
  /** The required `aud` of the provider's tokens. Required with `issuer`. `SPARK_AUDIENCE`. */
  audience?: string;
  /** The address of the provider's keys. `SPARK_ISSUER_JWKS`; default: from its `.well-known/openid-configuration`. */
  issuerJwks?: string;
  /** The claim that holds the module's name in the provider's tokens. `SPARK_ISSUER_CLAIM`, then `client_id`. */
  issuerClaim?: string;
  /**
   * The client with which this module gets tokens from the provider (client credentials grant) to present to other modules
   * instead of its own; all of them have to accept the provider. Required with `issuerClientSecret`. `SPARK_ISSUER_CLIENT_ID`;
   * default none: this module signs its tokens itself.
   */
  issuerClientId?: string;
  /** The client's secret. `SPARK_ISSUER_CLIENT_SECRET`, also from `_FILE` or Vault; it is read at startup. */
  issuerClientSecret?: string;
  /**
   * Requested instead of the audience, for providers that derive the audience from a scope. `SPARK_ISSUER_SCOPE`; default none.
   */
  issuerScope?: string;
  /** Addresses of other modules' RavenDB that RavenDB's own ETL may send to. `SPARK_TARGET_URLS`, separated by commas; default none. */
  targetUrls?: readonly string[];
  /** Shown in the registry as `Version`. Default: from the package.json nearest to the main file; none without one. */
  version?: string;
  /** Compares all copies that this module keeps with their sources on a schedule. Default: only on request. */
  verify?: VerifyScheduleOptions;
}

/** Scheduled comparisons. */
export interface VerifyScheduleOptions {
  /** Hours from the end of one comparison to the start of the next: 24 for once a day. */
  everyHours: number;
  /** `content` runs the script on each document; `ids` only compares ids and etags. Default `content`. */
  depth?: 'content' | 'ids';
  /** Whether to repair findings. Default false: they are only reported. */
  repair?: boolean;
}

/** The options with all defaults applied. Those in `LiveValues` can change at any time: read them when they are used. */
export interface ReplicationSettings extends LiveValues {
  moduleName: string;
  /** Without a trailing slash; empty for the address at which the server listens, or none without HTTP. */
  moduleUrl: string;
  natsUrl: string;
  /** Called for each connection. */
  natsSecurity: () => NatsSecurity;
  routeMaxBytes: number;
  keysDir: string;
  operatorToken: string | null;
  onDrop: 'remove' | 'keep';
  production: boolean;
  /** Module names in lower case. */
  trustedKeys: ReadonlyMap<string, readonly string[]>;
  refuseUnsigned: boolean;
  /** Null without one. */
  tokenIssuer: IssuerSettings | null;
  targetUrls: readonly string[];
  /** Null if unknown. */
  version: string | null;
  /** Null without a schedule. */
  verify: VerifyScheduleOptions | null;
}

/** The limits of one deployment, the same where it is declared and where it is received. */
export const DEPLOYMENT_BOUNDS = {
  scriptBytes: 64 * 1024,
  scripts: 20,
  bodyBytes: 256 * 1024,
} as const satisfies Record<string, number>;
