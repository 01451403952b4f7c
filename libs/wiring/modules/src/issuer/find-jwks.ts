/**
 * The URL of the issuer's keys according to its metadata (OpenID Connect Discovery, RFC 8414).
 * @param schemes the allowed URL schemes
 * @throws {Error} when the metadata is not this issuer's, or names no allowed URL
 */
export async function findJwks(
  issuer: string,
  schemes: readonly string[],
  read: (url: string) => Promise<Response>,
): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const description: unknown = await (await read(url)).json();
  if (!isDescription(description) || description.issuer !== issuer)
    throw new Error(`${url} does not describe the issuer ${issuer}`);
  const address = URL.parse(String(description.jwks_uri));
  if (!address || !schemes.includes(address.protocol))
    throw new Error(`${url} names no address of keys that may be used (${schemes.join(' or ')} only)`);
  return address.href;
}

function isDescription(value: unknown): value is { issuer: unknown; jwks_uri: unknown } {
  return typeof value === 'object' && value !== null && 'issuer' in value && 'jwks_uri' in value;
}
