/** Who can call the application's own routes. Anything omitted is read from the environment. */
export interface SparkAuthOptions {
  /** The issuer whose JWTs are accepted, exactly as in their `iss`. `SPARK_API_ISSUER`; default: none. */
  issuer?: string;
  /** The audiences of which a JWT has to name one in its `aud`. Required with an issuer. `SPARK_API_AUDIENCE`, with commas. */
  audience?: string | readonly string[];
  /** The address of the issuer's keys. `SPARK_API_JWKS`; default: as its `/.well-known/openid-configuration` says. */
  jwks?: string;
  /** The claim with the roles: its name, or a path such as `realm_access.roles`. Default `roles`. */
  rolesClaim?: string;
  /** The claim with the tenant: its name or a path. Default `tenant`. */
  tenantClaim?: string;
  /** Static tokens by the name of who got them; their holders are editors. `SPARK_API_TOKENS`, as `name:token,…`; default: none. */
  tokens?: Readonly<Record<string, string>>;
  /** The operator token. `SPARK_OPERATOR_TOKEN`; default: none, and routes that need an operator are closed to all but JWTs. */
  operatorToken?: string;
  /** Whether production starts with neither issuer nor static tokens: everybody is then an editor. `SPARK_API_OPEN=1`; default false. */
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
    /** The schemes that the addresses of keys may have. */
    schemes: readonly string[];
  } | null;
  tokens: Readonly<Record<string, string>>;
  operatorToken: string | null;
}
