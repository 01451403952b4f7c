import type { NatsSecurity } from '@nestjs-spark/bus';
import type { IssuerSettings } from '@nestjs-spark/modules/internal';
import type { EngineChoice, LiveValues } from './live-schema.ts';

/**
 * How a module takes part in replication. Every option may be omitted: it is then read from the environment, and otherwise has
 * its default. Only the module's name has no default.
 */
export interface SparkReplicationOptions {
  /** Who this module is; others name it in `sourceModule` and `with`. `SPARK_MODULE_NAME`; required. */
  moduleName?: string;
  /**
   * Where other modules reach this one. `SPARK_MODULE_URL`, then `http://127.0.0.1:$PORT`; without either, where the server
   * listens. Required in production for an application with HTTP.
   */
  moduleUrl?: string;
  /** Which engine carries what others take from this module. `SPARK_REPLICATION_ENGINE`, then `auto`. */
  engine?: EngineChoice;
  /** Addresses of NATS with JetStream. `NATS_URL`, then `nats://127.0.0.1:4222`. */
  natsUrl?: string;
  /**
   * Who connects to NATS and how it is encrypted. What is omitted is read from `NATS_CREDENTIALS`, `NATS_NKEY_SEED`,
   * `NATS_USER`, `NATS_PASSWORD`, `NATS_TOKEN`, `NATS_CA`, `NATS_CERTIFICATE` and `NATS_KEY`, each of them also with `_FILE`
   * behind it.
   */
  nats?: NatsSecurity;
  /**
   * How many bytes of JetStream each route from this module to another one reserves; less where JetStream has less available,
   * down to 8 MiB. `SPARK_ROUTE_MAX_BYTES`, then 67,108,864 (64 MiB); at least 8,388,608.
   */
  routeMaxBytes?: number;
  /** Directory of the module's key pair, `{moduleName}.jwk.json`. `SPARK_KEYS_DIR`, then `keys` in `SPARK_DATA_DIR`. */
  keysDir?: string;
  /** The token that gives access to the operators' routes of `/spark/*`. `SPARK_OPERATOR_TOKEN`; unset: closed to operators. */
  operatorToken?: string;
  /** Seconds to wait before each retry of a deployment. `SPARK_RETRY_SECONDS`, then `[2, 10, 30, 60, 300]`. */
  retrySeconds?: readonly number[];
  /**
   * How many documents are read, transformed and sent together at most. Fewer take less memory and more requests.
   * `SPARK_BATCH_DOCUMENTS`, then 2,048, which is also the most.
   */
  batchDocuments?: number;
  /** How many deployments a minute each requester may send here; 30 may come at once. `SPARK_DEPLOYMENTS_PER_MINUTE`, then 60. */
  deploymentsPerMinute?: number;
  /**
   * Characters of JSON text that a script may make of one document, or twice the document's own if that is more; beyond it the
   * document is set aside. `SPARK_SCRIPT_OUTPUT`, then 4,194,304; 16,777,216 at most.
   */
  scriptOutput?: number;
  /** How many copies a script may make of one document. `SPARK_SCRIPT_COPIES`, then 4,096; 16,384 at most. */
  scriptCopies?: number;
  /** How many documents a script may request with `load` for one document. `SPARK_SCRIPT_LOADS`, then 1,000; 10,000 at most. */
  scriptLoads?: number;
  /** What happens to the copies of a declaration that was dropped. Default `remove`. */
  onDrop?: 'remove' | 'keep';
  /**
   * In production keys are never created, and a module's key is trusted only when it is listed in `trustedKeys` or already pinned.
   * Default: `NODE_ENV` is `production`.
   */
  production?: boolean;
  /**
   * Thumbprints (RFC 7638) of other modules' keys that an operator approved, by module name; several while a module changes its
   * key. Listed keys replace a pinned one. `SPARK_TRUSTED_KEYS` as `HR=thumbprint,Sales=thumbprint`.
   */
  trustedKeys?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * Refuses change sets that are not signed also from owners of a version that does not sign yet. Set it once all of them are
   * updated. `SPARK_REFUSE_UNSIGNED=1`; default false.
   */
  refuseUnsigned?: boolean;
  /**
   * An identity provider whose access tokens (JWTs) modules may present instead of their own tokens: the `iss` of its tokens.
   * `SPARK_ISSUER`; default none. Such a token is not bound to one request: whoever steals one can use it until it expires.
   */
  issuer?: string;
  /** The `aud` that the provider's tokens must have. Required with `issuer`. `SPARK_AUDIENCE`. */
  audience?: string;
  /** Where the provider's keys are. `SPARK_ISSUER_JWKS`; default: where its `.well-known/openid-configuration` says. */
  issuerJwks?: string;
  /** The claim of the provider's tokens with the module's name. `SPARK_ISSUER_CLAIM`, then `client_id`. */
  issuerClaim?: string;
  /**
   * The client with which this module gets tokens from the provider (client credentials grant) to present to other modules
   * instead of its own; all of them have to accept the provider. Required with `issuerClientSecret`. `SPARK_ISSUER_CLIENT_ID`;
   * default none: this module signs its tokens itself.
   */
  issuerClientId?: string;
  /** The client's secret. `SPARK_ISSUER_CLIENT_SECRET`, also from `_FILE` or Vault; it is read when the application starts. */
  issuerClientSecret?: string;
  /**
   * Requested instead of the audience, for providers that derive the audience from a scope. `SPARK_ISSUER_SCOPE`; default none.
   */
  issuerScope?: string;
  /** Addresses of other modules' RavenDB that RavenDB's own ETL may send to. `SPARK_TARGET_URLS`, comma-separated; default none. */
  targetUrls?: readonly string[];
  /** Shown in the registry as `Version`. Default: the one in the package.json nearest to the main file; none where there is none. */
  version?: string;
  /** Compares all copies that this module keeps with their sources on a schedule. Default: only on request. */
  verify?: VerifyScheduleOptions;
}

/** Scheduled comparisons. */
export interface VerifyScheduleOptions {
  /** Hours from the end of one comparison to the beginning of the next: 24 for once a day. */
  everyHours: number;
  /** `content` runs the script over each document; `ids` only compares which documents there are, and their etags. Default `content`. */
  depth?: 'content' | 'ids';
  /** Repair what is found. Default false: it is only reported. */
  repair?: boolean;
}

/** The options with every default filled in. Those of `LiveValues` can be others the next time: ask when they are used. */
export interface ReplicationSettings extends LiveValues {
  moduleName: string;
  /** Without a trailing slash; empty: where the server listens, or nowhere without HTTP. */
  moduleUrl: string;
  natsUrl: string;
  /** Asked for at each connection. */
  natsSecurity: () => NatsSecurity;
  routeMaxBytes: number;
  keysDir: string;
  operatorToken: string | null;
  onDrop: 'remove' | 'keep';
  production: boolean;
  /** Module names in lower case. */
  trustedKeys: ReadonlyMap<string, readonly string[]>;
  refuseUnsigned: boolean;
  /** Null for none. */
  tokenIssuer: IssuerSettings | null;
  targetUrls: readonly string[];
  /** Null where it is unknown. */
  version: string | null;
  /** Null for none. */
  verify: VerifyScheduleOptions | null;
}

/** Limits of one deployment, the same where it is declared and where it is received. */
export const DEPLOYMENT_BOUNDS = {
  scriptBytes: 64 * 1024,
  scripts: 20,
  bodyBytes: 256 * 1024,
} as const satisfies Record<string, number>;
