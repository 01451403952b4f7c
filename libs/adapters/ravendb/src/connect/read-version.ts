import type { RavenHttp } from './raven-http.ts';

/** The server's version, such as `7.1.3`; null when it does not tell. Any client may ask, whatever its certificate. */
export async function readVersion(http: RavenHttp): Promise<string | null> {
  const build = await http.getJson<{ FullVersion?: unknown; ProductVersion?: unknown }>('/build/version');
  const told = [build?.FullVersion, build?.ProductVersion];
  return told.find((version): version is string => typeof version === 'string' && version !== '') ?? null;
}
