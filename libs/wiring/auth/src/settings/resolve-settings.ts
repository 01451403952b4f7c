import { isHttpAddress, withoutUserInfo } from '@nestjs-spark/contracts/internal';
import { optionsFault, tokenFault, unknownOptions } from '@nestjs-spark/foundation/internal';
import { operatorTokenFaults, SHORTEST_OPERATOR_TOKEN } from '@nestjs-spark/modules/internal';
import { EnvironmentSecrets, type Secrets } from '@nestjs-spark/secrets/internal';
import type { AuthSettings, SparkAuthOptions } from './options.ts';
import { readTokens } from './read-tokens.ts';
import { AuthSettingsError } from './settings-error.ts';

/** The names of all options of `SparkAuthOptions`. */
export const AUTH_OPTIONS = Object.keys({
  issuer: true,
  audience: true,
  jwks: true,
  rolesClaim: true,
  tenantClaim: true,
  tokens: true,
  operatorToken: true,
  open: true,
  production: true,
} satisfies Record<keyof SparkAuthOptions, true>);

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Completes the options from the environment, the secrets and the defaults.
 * @throws {AuthSettingsError} with everything that is wrong
 * @throws {SecretError} if a secret cannot be read
 */
export function resolveSettings(
  options: SparkAuthOptions,
  environment: Environment,
  secrets: Pick<Secrets, 'text'> = new EnvironmentSecrets(environment),
): AuthSettings {
  const notOptions = optionsFault(options, AUTH_OPTIONS);
  if (notOptions !== null) throw new AuthSettingsError([notOptions]);
  const env = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const allows = (name: string): boolean => environment[name] === '1';
  const faults: string[] = unknownOptions(options, AUTH_OPTIONS, { isShared: true });
  const production = options.production ?? env('NODE_ENV') === 'production';
  const schemes = production && !allows('SPARK_ALLOW_HTTP_ISSUER') ? ['https:'] : ['https:', 'http:'];
  const tokens =
    options.tokens ?? readTokens(secrets.text('SPARK_API_TOKENS'), 'tokens (SPARK_API_TOKENS)', faults);
  const wrong = unsendable(tokens);
  faults.push(...wrong);
  const operatorToken = options.operatorToken ?? secrets.text('SPARK_OPERATOR_TOKEN') ?? null;
  const jwt = jwtSettings(
    {
      issuer: options.issuer ?? env('SPARK_API_ISSUER'),
      audience: list(options.audience ?? env('SPARK_API_AUDIENCE')),
      jwks: options.jwks ?? env('SPARK_API_JWKS'),
    },
    { schemes, roles: options.rolesClaim ?? 'roles', tenant: options.tenantClaim ?? 'tenant' },
    faults,
  );
  const isShort =
    wrong.length === 0 && Object.values(tokens).some((token) => token.length < SHORTEST_OPERATOR_TOKEN);
  faults.push(...operatorTokenFaults(operatorToken, environment, production));
  if (production) {
    if (isShort && !allows('SPARK_ALLOW_SHORT_API_TOKENS'))
      faults.push(
        `tokens (SPARK_API_TOKENS) has one of fewer than ${SHORTEST_OPERATOR_TOKEN} characters, which production does not accept: take each from "openssl rand -hex 32", or set SPARK_ALLOW_SHORT_API_TOKENS=1`,
      );
    const isOpen = jwt === null && Object.keys(tokens).length === 0;
    if (isOpen && faults.length === 0 && !(options.open ?? allows('SPARK_API_OPEN')))
      faults.push(
        'The API is open, which production does not accept: set SPARK_API_ISSUER and SPARK_API_AUDIENCE to accept JWTs, or SPARK_API_TOKENS to accept static tokens, or SPARK_API_OPEN=1 where everybody who reaches the port may read and write',
      );
  }
  if (faults.length > 0) throw new AuthSettingsError(faults);
  return { jwt, tokens, operatorToken };
}

/** The faults of tokens that no request can carry. */
function unsendable(tokens: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(tokens)
    .map(([name, token]) => tokenFault(`tokens (SPARK_API_TOKENS): the token of ${name}`, token))
    .filter((fault) => fault !== null);
}

function jwtSettings(
  {
    issuer,
    audience,
    jwks,
  }: { issuer: string | undefined; audience: readonly string[]; jwks: string | undefined },
  { schemes, ...claims }: { schemes: readonly string[]; roles: string; tenant: string },
  faults: string[],
): AuthSettings['jwt'] {
  if (issuer === undefined) {
    if (jwks !== undefined || audience.length > 0)
      faults.push(
        'issuer (SPARK_API_ISSUER) is missing: a token says who issued it, and one address of keys may be used by several issuers',
      );
    return null;
  }
  if (audience.length === 0)
    faults.push(
      'audience (SPARK_API_AUDIENCE) is missing: without it a token that the issuer made for another application would be accepted',
    );
  const addresses = { 'issuer (SPARK_API_ISSUER)': issuer, 'jwks (SPARK_API_JWKS)': jwks };
  for (const [what, address] of Object.entries(addresses)) {
    if (address === undefined) continue;
    // The value is not repeated: it may contain a password.
    if (!isHttpAddress(address)) faults.push(`${what} has to be an https address`);
    else if (withoutUserInfo(address) !== address)
      faults.push(`${what} has a user or a password, which are not sent: leave them out`);
    else if (!schemes.includes(new URL(address).protocol))
      faults.push(
        `${what} is not https, which production does not accept: whoever answers in its place could sign any token. Use https, or set SPARK_ALLOW_HTTP_ISSUER=1 if nobody else can reach the network`,
      );
  }
  return { issuer, audience, jwks: jwks ?? null, claims, schemes };
}

function list(given: string | readonly string[] | undefined): readonly string[] {
  const parts = typeof given === 'string' ? given.split(',') : (given ?? []);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
