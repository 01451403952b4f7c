import { StoreRefusedError } from '@nestjs-spark/contracts';
import { isObject } from '@nestjs-spark/foundation/internal';
import type { RavenHttp } from './raven-http.ts';

/** A client certificate's rights, as RavenDB reports them. */
export interface CertificateRights {
  clearance: string;
  /** Rights by lower-case database name: `Read`, `ReadWrite` or `Admin`. */
  databases: ReadonlyMap<string, string>;
}

export interface WantedRights {
  /** Databases that are read and written. */
  databases: readonly string[];
  /** Whether to refuse a certificate with more rights than any module needs. */
  refusesAdministrators: boolean;
}

/** The rights of this connection's certificate; null when the server does not know it. */
export async function readRights(http: RavenHttp, signal: AbortSignal): Promise<CertificateRights | null> {
  const { body } = await http.request({ path: '/certificates/whoami', signal });
  // The response is empty for a certificate that is not registered.
  const answer: unknown = body.length === 0 ? null : JSON.parse(body.toString('utf8'));
  if (!isObject(answer)) return null;
  const { SecurityClearance, Permissions } = answer;
  const databases = isObject(Permissions) ? Object.entries(Permissions) : [];
  return {
    clearance: String(SecurityClearance),
    databases: new Map(databases.map(([name, right]) => [name.toLowerCase(), String(right)])),
  };
}

/** What is missing or excessive, with the remedy; null when the rights are as wanted. Pure. */
export function judgeRights(rights: CertificateRights | null, wanted: WantedRights): string | null {
  if (!rights)
    return `RavenDB does not know the client certificate: register it there, for ${wanted.databases.join(' and ')}`;
  const { clearance, databases } = rights;
  if (clearance !== 'ValidUser') {
    return wanted.refusesAdministrators
      ? `the client certificate has the clearance ${clearance}, which is more than a module may have in production: give it ValidUser with ${wanted.databases.join(' and ')}, or set SPARK_ALLOW_ADMIN_CERTIFICATE=1`
      : null;
  }
  const lacking = wanted.databases.filter(
    (name) => !['ReadWrite', 'Admin'].includes(databases.get(name.toLowerCase()) ?? ''),
  );
  if (lacking.length === 0) return null;
  const said = lacking.map((name) => `${name} (it has ${databases.get(name.toLowerCase()) ?? 'nothing'})`);
  return `the client certificate may not read and write ${said.join(' and ')}: give it ReadWrite there`;
}

/** @throws {StoreRefusedError} when rights are missing or excessive */
export async function requireRights(
  http: RavenHttp,
  wanted: WantedRights,
  signal: AbortSignal,
): Promise<void> {
  const fault = judgeRights(await readRights(http, signal), wanted);
  if (fault !== null) throw new StoreRefusedError(`${fault[0]?.toUpperCase()}${fault.slice(1)}.`);
}
