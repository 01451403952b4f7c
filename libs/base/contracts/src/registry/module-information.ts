/** A public key as a JWK (RFC 8037: `kty` OKP, `crv` Ed25519). */
export interface PublicKeyJwk {
  kty: string;
  crv: string;
  x: string;
}

/** How a module introduces itself to the others: the document `moduleInformations/{AppName}`. */
export interface ModuleInformation {
  appName: string;
  /** Where other modules reach it, e.g. `http://127.0.0.1:5001`. */
  appUrl: string;
  databaseName: string;
  /** Addresses of its RavenDB; empty when it runs on another store. */
  databaseUrls: string[];
  /** ISO 8601, UTC. */
  registeredAtUtc: string;
  /** Public key of the pair that signs its requests. Absent for a module of another lineage that has none. */
  publicKey?: PublicKeyJwk;
  version?: string;
  /** The key that will replace `publicKey`, announced before it is used. */
  nextKey?: PublicKeyJwk;
  /**
   * A detached JWS by `publicKey` over all other fields. A module that signs its entry also signs what it publishes on the bus.
   * Absent in versions that sign neither.
   */
  signature?: string;
}
