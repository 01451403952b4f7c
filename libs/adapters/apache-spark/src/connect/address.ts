/** Where a Spark Connect server is. */
export interface ConnectAddress {
  /** `HOST:PORT`. */
  target: string;
  host: string;
  tls: boolean;
  token: string | null;
}

const USUAL_PORT = 15_002;

/**
 * Reads `sc://HOST:PORT/;use_ssl=true;token=…`, the usual form for clients of Spark Connect.
 * @returns the address, or what is wrong with the text
 */
export function readConnectAddress(text: string): ConnectAddress | string {
  const [place = '', ...pairs] = text.split(';');
  if (!place.startsWith('sc://') || !URL.canParse(place.replace('sc:', 'http:')))
    return 'has to be an address such as sc://HOST:15002';
  const { hostname, port, pathname, username } = new URL(place.replace('sc:', 'http:'));
  if (pathname !== '/' || username !== '' || hostname === '')
    return 'has to be an address such as sc://HOST:15002, with settings after /; only';
  const settings = new Map(pairs.filter(Boolean).map((pair) => split(pair)));
  const unknown = [...settings.keys()].find((name) => name !== 'use_ssl' && name !== 'token');
  if (unknown !== undefined) return `has a setting ${JSON.stringify(unknown)}; use_ssl and token are known`;
  const token = decoded(settings.get('token') ?? '');
  if (token === undefined) return 'has a token with a % that is not an escape; write it as %25';
  const target = `${hostname}:${port === '' ? USUAL_PORT : port}`;
  return { target, host: hostname, tls: settings.get('use_ssl') === 'true' || token !== null, token };
}

/** Null when absent; undefined when it cannot be decoded. */
function decoded(text: string): string | null | undefined {
  try {
    return text === '' ? null : decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function split(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}
