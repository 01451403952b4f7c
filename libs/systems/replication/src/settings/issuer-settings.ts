import { isHttpAddress } from '@nestjs-spark/contracts/internal';
import type { IssuerSettings } from '@nestjs-spark/modules/internal';
import type { SparkReplicationOptions } from './options.ts';

type Given = Pick<
  SparkReplicationOptions,
  | 'issuer'
  | 'audience'
  | 'issuerJwks'
  | 'issuerClaim'
  | 'issuerClientId'
  | 'issuerClientSecret'
  | 'issuerScope'
  | 'production'
>;

/** The claim in which RFC 9068 puts the client that a token was issued to. */
const CLAIM = 'client_id';

/** Sources of values: the environment and, for secrets, also files and Vault. */
interface Readers {
  env: (name: string) => string | undefined;
  secret?: (name: string) => string | undefined;
}

/** The identity provider of these options and variables; null without one. Faults are added to `faults`. */
export function issuerSettings(
  options: Given,
  { env, secret = env }: Readers,
  faults: string[],
): IssuerSettings | null {
  const issuer = options.issuer ?? env('SPARK_ISSUER');
  const client = issuerClient(options, { env, secret }, faults);
  if (issuer === undefined) {
    if (client)
      faults.push(
        'issuer (SPARK_ISSUER) is missing: issuerClientId (SPARK_ISSUER_CLIENT_ID) is a client of it',
      );
    return null;
  }
  const audience = options.audience ?? env('SPARK_AUDIENCE');
  const jwks = options.issuerJwks ?? env('SPARK_ISSUER_JWKS') ?? null;
  const production = options.production ?? env('NODE_ENV') === 'production';
  const isHttpAllowed = !production || env('SPARK_ALLOW_HTTP_ISSUER') === '1';
  const schemes = isHttpAllowed ? ['https:', 'http:'] : ['https:'];
  if (audience === undefined)
    faults.push(
      "audience (SPARK_AUDIENCE) is missing: without one, the provider's tokens for any application would be accepted",
    );
  for (const [name, address] of [
    ['issuer (SPARK_ISSUER)', issuer],
    ['issuerJwks (SPARK_ISSUER_JWKS)', jwks],
  ] as const) {
    if (address === null) continue;
    if (!isHttpAddress(address)) faults.push(`${name} has to be an http or https address`);
    else if (!schemes.includes(new URL(address).protocol))
      faults.push(
        `${name} is not encrypted, which production does not accept: use https://, or set SPARK_ALLOW_HTTP_ISSUER=1`,
      );
  }
  const claim = options.issuerClaim ?? env('SPARK_ISSUER_CLAIM') ?? CLAIM;
  return { issuer, audience: audience ?? '', jwks, claim, schemes, client };
}

function issuerClient(
  options: Given,
  { env, secret }: Required<Readers>,
  faults: string[],
): IssuerSettings['client'] {
  const id = options.issuerClientId ?? env('SPARK_ISSUER_CLIENT_ID');
  const proof = options.issuerClientSecret ?? secret('SPARK_ISSUER_CLIENT_SECRET');
  if (id === undefined && proof === undefined) return null;
  if (id === undefined)
    faults.push(
      'issuerClientId (SPARK_ISSUER_CLIENT_ID) is missing: the secret is set, but not the client that it belongs to',
    );
  if (proof === undefined)
    faults.push(
      'issuerClientSecret (SPARK_ISSUER_CLIENT_SECRET) is missing: without it, the provider gives this module no tokens',
    );
  const scope = options.issuerScope ?? env('SPARK_ISSUER_SCOPE') ?? null;
  return { id: id ?? '', secret: proof ?? '', scope };
}
