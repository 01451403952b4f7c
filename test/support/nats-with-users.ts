import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@nestjs-spark/cli';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import { leaseProbe } from '@nestjs-spark/jetstream/internal';
import { type SecuredNats, startSecuredNats } from '@nestjs-spark/servers/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { PATIENCE_MS } from './member.ts';

/** A NATS server with the users that `npx @nestjs-spark/cli nats permissions` prints for `members`, and what `provision` makes as their administrator. */
export class NatsWithUsers {
  /** For what the suite keeps beside the users' seeds. */
  readonly folder: string;
  readonly url: string;
  readonly #nats: SecuredNats;
  readonly #connections = new Map<string, JetStreamConnection>();
  #provisioned = '';

  private constructor(folder: string, nats: SecuredNats) {
    this.folder = folder;
    this.url = nats.url;
    this.#nats = nats;
  }

  static async start(members: readonly string[]): Promise<NatsWithUsers> {
    const folder = await mkdtemp(join(tmpdir(), 'spark-users-'));
    const { text: accounts } = await run(['nats', 'permissions', ...members, '--keys', folder], {});
    const nats = await startSecuredNats({ temporary: true, log: () => undefined, accounts });
    const users = new NatsWithUsers(folder, nats);
    try {
      const administrator = await users.environmentOf('administrator');
      const provision = () => run(['nats', 'provision', ...members], administrator);
      users.#provisioned = (await eventually(provision, { timeoutMs: PATIENCE_MS })).text;
      return users;
    } catch (error) {
      await users.stop();
      throw error;
    }
  }

  /** What `provision` said. */
  get provisioned(): string {
    return this.#provisioned;
  }

  /** How an application connects as this user. */
  async environmentOf(user: string): Promise<Record<string, string>> {
    return { NATS_URL: this.url, NATS_CA_FILE: this.#nats.ca, NATS_NKEY_SEED: await this.#seedOf(user) };
  }

  /** @param module whose instance the user is; default: it has the module's name */
  async connect(user: string, module = user): Promise<JetStreamConnection> {
    const known = this.#connections.get(user);
    if (known) return known;
    const [ca, nkeySeed] = [await readFile(this.#nats.ca, 'utf8'), await this.#seedOf(user)];
    const connection = new JetStreamConnection({
      url: this.url,
      name: module,
      security: () => ({ nkeySeed, ca }),
      probe: leaseProbe(module),
      log: new MemoryLogger(),
    });
    this.#connections.set(user, connection);
    // What is refused afterwards is refused by NATS, and not because it has not answered yet.
    await eventually(() => connection.use(({ nc }) => nc.flush()));
    return connection;
  }

  async stop(): Promise<void> {
    for (const connection of this.#connections.values()) await connection.close();
    await this.#nats.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #seedOf(user: string): Promise<string> {
    return (await readFile(join(this.folder, `${user}.nk`), 'utf8')).trim();
  }
}
