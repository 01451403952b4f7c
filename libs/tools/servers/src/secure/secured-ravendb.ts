import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import type { ServerHandle } from '../run/server-handle.ts';
import type { StartOptions } from '../run/start-one.ts';
import { startRavenDb } from '../run/start-servers.ts';
import { tellWatchdog } from '../run/watchdog.ts';
import { Authority, type IssuedCertificate } from './authority.ts';

/** The rights of a client certificate. */
export interface RavenRights {
  /** `ValidUser` has the rights in `databases`; the others have more. */
  clearance: 'ValidUser' | 'Operator' | 'ClusterAdmin';
  databases?: Readonly<Record<string, 'ReadWrite' | 'Admin'>>;
}

/** A RavenDB over https. */
export interface SecuredRavenDb extends ServerHandle {
  /** The certificate file of the authority to trust. */
  readonly ca: string;
  /** A certificate with full rights. */
  readonly administrator: IssuedCertificate;
  readonly authority: Authority;
  /** Registers a new client certificate. */
  admit(name: string, rights: RavenRights): Promise<IssuedCertificate>;
}

/**
 * Starts a separate RavenDB over https, as {@link startRavenDb}; its certificate is signed by its own authority.
 * Also throws if there is no openssl.
 */
export async function startSecuredRavenDb(options: StartOptions = {}): Promise<SecuredRavenDb> {
  const folder = await mkdtemp(join(tmpdir(), 'spark-ravendb-secured-'));
  tellWatchdog({ temporary: folder });
  const remove = async () => {
    await rm(folder, { recursive: true, force: true });
    tellWatchdog({ removed: folder });
  };
  try {
    const authority = await Authority.create(folder, options.env);
    // A server treats its own certificate as an administrator's.
    const administrator = await authority.issue('server');
    const certificate = await authority.pfx(administrator);
    const agent = new Agent({ connect: await tlsOf(authority.file, administrator) });
    const handle = await startRavenDb({ ...options, secured: { certificate, agent } });
    return Object.assign(Object.create(handle) as ServerHandle, {
      ca: authority.file,
      administrator,
      authority,
      async admit(name: string, rights: RavenRights) {
        const issued = await authority.issue(name);
        await admit(handle.url, agent, name, issued, rights);
        return issued;
      },
      async stop() {
        await agent.destroy();
        await handle.stop();
        await remove();
      },
    });
  } catch (error) {
    await remove();
    throw error;
  }
}

async function tlsOf(ca: string, { certificate, key }: IssuedCertificate) {
  const [authority, cert, own] = await Promise.all([ca, certificate, key].map((file) => readFile(file)));
  return { ca: authority, cert, key: own };
}

async function admit(
  url: string,
  dispatcher: Agent,
  name: string,
  { certificate }: IssuedCertificate,
  { clearance, databases = {} }: RavenRights,
): Promise<void> {
  const { raw } = new X509Certificate(await readFile(certificate));
  const body = {
    Name: name,
    Certificate: raw.toString('base64'),
    SecurityClearance: clearance,
    Permissions: databases,
  };
  const answer = await request(`${url}/admin/certificates`, {
    method: 'PUT',
    dispatcher,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.body.text();
  if (answer.statusCode >= 300)
    throw new Error(`RavenDB refused ${name}'s certificate: ${text.slice(0, 500)}`);
}
