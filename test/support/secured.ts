import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@nestjs-spark/cli';
import {
  type OpenBao,
  type SecuredNats,
  type SecuredRavenDb,
  startOpenBao,
  startSecuredNats,
  startSecuredRavenDb,
} from '@nestjs-spark/servers/internal';
import { VaultBench } from '@nestjs-spark/servers/testing';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { Agent } from 'undici';
import { demand } from './http.ts';
import { OPERATOR_TOKEN } from './member.ts';
import { onNats } from './on-nats.ts';
import { readStreams } from './read-streams.ts';

const QUIET = { log: () => undefined } as const;
const PASSPHRASE = 'open-sesame-of-the-tests';

interface Parts {
  folder: string;
  nats: SecuredNats;
  ravendb: SecuredRavenDb | null;
  /** Reaches RavenDB as its administrator. */
  administrator: Agent | null;
  /** Where the modules' secrets are; null: in files. */
  vault: { bao: OpenBao; bench: VaultBench } | null;
}

type Rights = Readonly<Record<string, 'ReadWrite' | 'Admin'>>;

/**
 * Servers as production has them: NATS with TLS and the accounts that `npx @nestjs-spark/cli nats permissions` prints, RavenDB over
 * https with a certificate for each module, and modules whose keys are listed.
 */
export class SecuredServers {
  readonly parts: Parts;
  /** The secrets of each module, by the names of the variables. */
  readonly #secrets = new Map<string, Record<string, string>>();
  /** By module, with what it logs in at Vault. */
  readonly #logins = new Map<string, string>();
  readonly #certificates = new Map<string, string>();
  readonly #thumbprints = new Map<string, string>();

  private constructor(parts: Parts) {
    this.parts = parts;
  }

  /** @param routes as the command line takes them: `Fleet:HR` */
  static async start(
    modules: readonly string[],
    { ravendb, routes, vault }: { ravendb: boolean; routes: readonly string[]; vault: boolean },
  ): Promise<SecuredServers> {
    const folder = await mkdtemp(join(tmpdir(), 'spark-secured-'));
    const names = modules.flatMap((name) => ['--module', name]);
    const between = [...names, ...routes.flatMap((route) => ['--route', route])];
    const printed = await run(['nats', 'permissions', ...between, '--keys', join(folder, 'nkeys')], {});
    const [nats, raven, bao] = await Promise.all([
      startSecuredNats({ ...QUIET, temporary: true, accounts: printed.text }),
      ravendb ? startSecuredRavenDb({ ...QUIET, temporary: true }) : null,
      vault ? startOpenBao(QUIET) : null,
    ]);
    const secured = new SecuredServers({
      folder,
      nats,
      ravendb: raven,
      administrator: raven && (await agentOf(raven)),
      vault: bao && { bao, bench: await VaultBench.prepare(bao) },
    });
    const NATS_NKEY_SEED = await secured.#nkeyOf('administrator');
    const asAdministrator = { NATS_URL: nats.url, NATS_CA_FILE: nats.ca, NATS_NKEY_SEED };
    await run(['nats', 'provision', ...between], asAdministrator);
    for (const name of modules) await secured.#makeModuleKey(name);
    return secured;
  }

  /** What a module is given to start in production. @param rights what its certificate may do */
  async environmentOf(name: string, rights: Rights): Promise<Record<string, string>> {
    const { folder, nats, ravendb } = this.parts;
    const trusted = [...this.#thumbprints].filter(([module]) => module !== name);
    const secrets = { NATS_NKEY_SEED: await this.#nkeyOf(name), SPARK_OPERATOR_TOKEN: OPERATOR_TOKEN };
    this.#secrets.set(name, secrets);
    if (ravendb) await this.#admit(name, name, rights);
    return {
      ...(await this.#place(name)),
      NATS_URL: nats.url,
      NATS_CA_FILE: nats.ca,
      ...(ravendb ? { RAVENDB_CA_FILE: ravendb.ca } : {}),
      NODE_ENV: 'production',
      // The applications' own routes are not what is secured here: apps/fleet/secured.spec.ts has them.
      SPARK_API_OPEN: '1',
      SPARK_DRAIN_SECONDS: '0',
      SPARK_KEYS_DIR: join(folder, 'keys'),
      SPARK_TRUSTED_KEYS: trusted.map(([module, thumbprint]) => `${module}=${thumbprint}`).join(','),
    };
  }

  /** Gives a module another certificate, and makes the one before it worthless. */
  async renewCertificate(name: string, rights: Rights): Promise<void> {
    const { ravendb, administrator } = this.parts;
    const before = new X509Certificate(await readFile(this.#certificates.get(name) ?? ''));
    await this.#admit(name, `${name}-renewed`, rights);
    await this.#place(name);
    const thumbprint = before.fingerprint.replaceAll(':', '');
    await demand(`${ravendb?.url}/admin/certificates?thumbprint=${thumbprint}`, {
      method: 'DELETE',
      dispatcher: administrator ?? undefined,
    });
  }

  /** All secrets, by what they are. */
  async secrets(): Promise<Map<string, string>> {
    const logins = [...this.#logins].map(([name, login]) => [`VAULT_SECRET_ID of ${name}`, login] as const);
    const found = new Map<string, string>(logins);
    for (const [name, fields] of this.#secrets) {
      for (const [variable, value] of Object.entries(fields))
        found.set(`${variable} of ${name}`, heartOf(value));
      const key = JSON.parse(await readFile(this.#keyFile(name), 'utf8')) as { d: string };
      found.set(`the key of ${name}`, key.d);
    }
    return found;
  }

  /** All messages of every stream, as text. */
  async busMessages(): Promise<Map<string, string>> {
    const { nats } = this.parts;
    const security = { nkeySeed: await this.#nkeyOf('administrator'), ca: await readFile(nats.ca, 'utf8') };
    return onNats(nats.url, readStreams, () => security);
  }

  async stop(): Promise<void> {
    const { folder, nats, ravendb, administrator, vault } = this.parts;
    await administrator?.destroy();
    await Promise.all([nats.stop(), ravendb?.stop(), vault?.bao.stop()]);
    await rm(folder, { recursive: true, force: true });
  }

  async #nkeyOf(user: string): Promise<string> {
    return (await readFile(join(this.parts.folder, 'nkeys', `${user}.nk`), 'utf8')).trim();
  }

  async #admit(name: string, certificate: string, databases: Rights): Promise<void> {
    const { ravendb } = this.parts;
    if (!ravendb) return;
    const issued = await ravendb.admit(certificate, { clearance: 'ValidUser', databases });
    this.#certificates.set(name, issued.certificate);
    const pem = await ravendb.authority.pem(issued, 'pkcs8', PASSPHRASE);
    Object.assign(this.#secrets.get(name) ?? {}, {
      RAVENDB_CERTIFICATE: await readFile(pem, 'utf8'),
      RAVENDB_PASSPHRASE: PASSPHRASE,
    });
  }

  /** Puts a module's secrets where it reads them. @returns the variables that say where */
  async #place(name: string): Promise<Record<string, string>> {
    const { folder, vault } = this.parts;
    const secrets = this.#secrets.get(name) ?? {};
    // No secret is in a variable itself; an empty one counts as unset.
    const none = { SPARK_OPERATOR_TOKEN: '' };
    if (vault) {
      await vault.bench.write(`spark/${name}`, secrets);
      const environment = await vault.bench.environment(`spark/${name}`);
      this.#logins.set(name, environment['VAULT_SECRET_ID'] ?? '');
      return { ...none, ...environment, SPARK_VAULT_REFRESH_SECONDS: '1' };
    }
    await mkdir(join(folder, name), { recursive: true });
    const files = Object.keys(secrets).map((variable) => [variable, join(folder, name, variable)] as const);
    for (const [variable, file] of files) await writeFile(file, secrets[variable] ?? '', { mode: 0o600 });
    return { ...none, ...Object.fromEntries(files.map(([variable, file]) => [`${variable}_FILE`, file])) };
  }

  async #makeModuleKey(name: string): Promise<void> {
    await mkdir(join(this.parts.folder, 'keys'), { recursive: true });
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
    await writeFile(this.#keyFile(name), JSON.stringify(await exportJWK(privateKey)), { mode: 0o600 });
    this.#thumbprints.set(name, await calculateJwkThumbprint(await exportJWK(publicKey)));
  }

  #keyFile(name: string): string {
    return join(this.parts.folder, 'keys', `${name}.jwk.json`);
  }
}

/** A part that occurs nowhere else: of a PEM, a line of the key, which follows the certificate. */
function heartOf(secret: string): string {
  return secret.trim().split('\n').at(-3) ?? secret.trim();
}

async function agentOf({ ca, administrator }: SecuredRavenDb): Promise<Agent> {
  const files = [ca, administrator.certificate, administrator.key];
  const [authority, cert, key] = await Promise.all(files.map((file) => readFile(file)));
  return new Agent({ connect: { ca: authority, cert, key } });
}
