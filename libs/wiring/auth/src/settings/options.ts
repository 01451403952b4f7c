/** Who can call the application's own routes. Anything omitted is read from the environment. */
export interface SparkAuthOptions {
  /** The issuer whose JWTs are accepted, exactly as in their `iss`. `SPARK_API_ISSUER`; default: none. */
  issuer?: string;
  /**
   * The accepted audiences: a JWT has to name one of them in its `aud`. Required with an issuer. `SPARK_API_AUDIENCE`,
   * comma-separated.
   */
  audience?: string | readonly string[];
  /** The URL of the issuer's keys. `SPARK_API_JWKS`; default: as stated by its `/.well-known/openid-configuration`. */
  jwks?: string;
  /** The claim with the roles: its name, or a path such as `realm_access.roles`. Default `roles`. */
  rolesClaim?: string;
  /** The claim with the tenant: its name or a path. Default `tenant`. */
  tenantClaim?: string;
  /** Static tokens by name of the holder; holders are editors. `SPARK_API_TOKENS`, as `name:token,…`; default: none. */
  tokens?: Readonly<Record<string, string>>;
  /** The operator token. `SPARK_OPERATOR_TOKEN`; default: none, so that only JWTs can use routes that require an operator. */
  operatorToken?: string;
  /**
   * Whether production may start with neither issuer nor static tokens, making everyone an editor. `SPARK_API_OPEN=1`; default
   * false.
   */
  open?: boolean;
  /** Default: whether `NODE_ENV` is `production`. */
  production?: boolean;
}

/** The options with every default in place. */
export interface AuthSettings {
  jwt: {
    issuer: string;
    audience: readonly string[];
    jwks: string | null;
    claims: { roles: string; tenant: string };
    /** The URL schemes allowed for keys. */
    schemes: readonly string[];
  } | null;
  tokens: Readonly<Record<string, string>>;
  operatorToken: string | null;
}
