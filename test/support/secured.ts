import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@nestjs-spark/cli';
import {
  type SecuredNats,
  type SecuredRavenDb,
  startSecuredNats,
  startSecuredRavenDb,
} from '@nestjs-spark/servers/internal';
import { Agent } from 'undici';

const QUIET = { temporary: true, log: () => undefined } as const;

/**
 * Servers as production has them: NATS with TLS and the accounts that `nestjs-spark nats permissions` prints, RavenDB over
 * https with a certificate for each module, and modules whose keys are listed.
 */
export class SecuredServers {
  readonly nats: SecuredNats;
  readonly ravendb: SecuredRavenDb | null;
  /** Reaches RavenDB as its administrator. */
  readonly administrator: Agent | null;
  readonly #folder: string;
  readonly #modules: readonly string[];
  readonly #trusted = new Map<string, string>();

  private constructor(
    folder: string,
    modules: readonly string[],
    servers: Pick<SecuredServers, 'nats' | 'ravendb' | 'administrator'>,
  ) {
    this.#folder = folder;
    this.#modules = modules;
    this.nats = servers.nats;
    this.ravendb = servers.ravendb;
    this.administrator = servers.administrator;
  }

  /** @param routes as the command line takes them: `Fleet:HR` */
  static async start(
    modules: readonly string[],
    { ravendb, routes }: { ravendb: boolean; routes: readonly string[] },
  ): Promise<SecuredServers> {
    const folder = await mkdtemp(join(tmpdir(), 'spark-secured-'));
    const names = modules.flatMap((name) => ['--module', name]);
    const between = routes.flatMap((route) => ['--route', route]);
    const keys = ['--keys', join(folder, 'nkeys')];
    const { text: accounts } = await run(['nats', 'permissions', ...names, ...between, ...keys], {});
    const [nats, raven] = await Promise.all([
      startSecuredNats({ ...QUIET, accounts }),
      ravendb ? startSecuredRavenDb(QUIET) : null,
    ]);
    const administrator = raven && (await agentOf(raven));
    const secured = new SecuredServers(folder, modules, { nats, ravendb: raven, administrator });
    await run(['nats', 'provision', ...names, ...between], secured.natsEnvironment('administrator'));
    await secured.#makeModuleKeys();
    return secured;
  }

  get keysDir(): string {
    return join(this.#folder, 'keys');
  }

  /** Where NATS is, and who connects. */
  natsEnvironment(user: string): Record<string, string> {
    return {
      NATS_URL: this.nats.url,
      NATS_CA_FILE: this.nats.ca,
      NATS_NKEY_SEED_FILE: join(this.#folder, 'nkeys', `${user}.nk`),
    };
  }

  /** What a module is given to start in production. @param databases what its certificate may do */
  async environmentOf(
    name: string,
    databases: Record<string, 'ReadWrite' | 'Admin'>,
  ): Promise<Record<string, string>> {
    const ravendb: Record<string, string> = {};
    if (this.ravendb && Object.keys(databases).length > 0) {
      const issued = await this.ravendb.admit(name, { clearance: 'ValidUser', databases });
      ravendb['RAVENDB_CERTIFICATE_FILE'] = await this.ravendb.authority.pem(issued, 'pkcs8', 'open sesame');
      ravendb['RAVENDB_PASSPHRASE'] = 'open sesame';
      ravendb['RAVENDB_CA_FILE'] = this.ravendb.ca;
    }
    const trusted = [...this.#trusted].filter(([module]) => module !== name);
    return {
      ...this.natsEnvironment(name),
      ...ravendb,
      NODE_ENV: 'production',
      SPARK_DRAIN_SECONDS: '0',
      SPARK_KEYS_DIR: this.keysDir,
      SPARK_TRUSTED_KEYS: trusted.map(([module, thumbprint]) => `${module}=${thumbprint}`).join(','),
    };
  }

  async stop(): Promise<void> {
    await this.administrator?.destroy();
    await Promise.all([this.nats.stop(), this.ravendb?.stop()]);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeModuleKeys(): Promise<void> {
    await mkdir(this.keysDir, { recursive: true });
    for (const name of this.#modules) {
      const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
      const file = join(this.keysDir, `${name}.jwk.json`);
      await writeFile(file, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600 });
      this.#trusted.set(name, await calculateJwkThumbprint(await exportJWK(publicKey)));
    }
  }
}

async function agentOf({ ca, administrator }: SecuredRavenDb): Promise<Agent> {
  const files = [ca, administrator.certificate, administrator.key];
  const [authority, cert, key] = await Promise.all(files.map((file) => readFile(file)));
  return new Agent({ connect: { ca: authority, cert, key } });
}
