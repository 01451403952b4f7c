import { messageOf, shownValue } from '@nestjs-spark/foundation/internal';

/** Where NATS is, with the credentials kept apart so that the address is safe to show. */
export interface ServerAddress {
  /** `host:port`, without credentials: safe to show. */
  servers: string[];
  tls: boolean;
  user?: string;
  pass?: string;
  token?: string;
}

/**
 * Parses `nats://user:secret@host:4222` or `tls://token@host`, several separated by commas. The client does not read credentials
 * from an address itself, and shows addresses in its errors.
 */
export function parseServerAddress(url: string): ServerAddress {
  const parts = url.split(',').map((part) => part.trim());
  const parsed = parts.map(parseOne);
  const [first] = parsed;
  if (!first) throw invalid(url);
  const { username, password } = first;
  return {
    servers: parsed.map((one) => (one.port ? one.host : `${one.host}:4222`)),
    tls: parsed.some((one) => one.protocol === 'tls:'),
    ...(username && password
      ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
      : {}),
    ...(username && !password ? { token: decodeURIComponent(username) } : {}),
  };
}

/** What is wrong with the addresses, with the remedy; null when they can be used. Does not resolve or contact hosts. */
export function serverAddressFault(url: string): string | null {
  try {
    parseServerAddress(url);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

function parseOne(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `nats://${text}`);
  if (!url || !url.hostname || !['nats:', 'tls:'].includes(url.protocol) || !isDecodable(url))
    throw invalid(text);
  return url;
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function invalid(text: string): Error {
  return new Error(
    `NATS_URL has ${shownValue(text)}, which is not a valid address: use nats://host:4222 or tls://host:4222`,
  );
}
