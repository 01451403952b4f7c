import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerHandle } from '../run/server-handle.ts';
import type { StartOptions } from '../run/start-one.ts';
import { startNats } from '../run/start-servers.ts';
import { tellWatchdog } from '../run/watchdog.ts';
import { Authority, type IssuedCertificate } from './authority.ts';

/** The server's own two seconds for a handshake are short on a machine that starts many servers at once. */
const TLS_SECONDS = 20;

/** How a secured nats-server is started. */
export interface SecuredNatsOptions extends StartOptions {
  /** Who is allowed to do what: `accounts { … }` as nats.conf has it. */
  accounts: string;
  /** Whether clients need a certificate from the server's authority. Default: no. */
  verifiesClients?: boolean;
}

/** A nats-server with TLS. */
export interface SecuredNats extends ServerHandle {
  /** The file of the authority to trust. */
  readonly ca: string;
  /** Issues a client certificate from that authority. */
  issue(name: string): Promise<IssuedCertificate>;
}

/**
 * Starts a nats-server with TLS and these accounts, as {@link startNats}; its certificate is signed by its own authority.
 * Also throws if there is no openssl.
 */
export async function startSecuredNats({
  accounts,
  verifiesClients = false,
  ...options
}: SecuredNatsOptions): Promise<SecuredNats> {
  const folder = await mkdtemp(join(tmpdir(), 'spark-nats-secured-'));
  tellWatchdog({ temporary: folder });
  const remove = async () => {
    await rm(folder, { recursive: true, force: true });
    tellWatchdog({ removed: folder });
  };
  try {
    const authority = await Authority.create(folder, options.env);
    const { certificate, key } = await authority.issue('nats');
    const file = join(folder, 'nats.conf');
    const verify = verifiesClients ? `, verify: true, ca_file: ${JSON.stringify(authority.file)}` : '';
    const tls = `tls { cert_file: ${JSON.stringify(certificate)}, key_file: ${JSON.stringify(key)}, timeout: ${TLS_SECONDS}${verify} }`;
    await writeFile(file, `${tls}\n${accounts}\n`, { mode: 0o600 });
    const handle = await startNats({ ...options, args: [...(options.args ?? []), `--config=${file}`] });
    return Object.assign(Object.create(handle) as ServerHandle, {
      url: handle.url.replace(/^nats:/, 'tls:'),
      ca: authority.file,
      issue: (name: string) => authority.issue(name),
      async stop() {
        await handle.stop();
        await remove();
      },
    });
  } catch (error) {
    await remove();
    throw error;
  }
}
