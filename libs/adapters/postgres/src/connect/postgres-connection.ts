import pg from 'pg';
import { toPostgresError } from './postgres-error.ts';

/** A PostgreSQL server, and the credentials for it. Anything contained in the URL may be omitted from the other fields. */
export interface PostgresAddress {
  /** `postgres://HOST:PORT/DATABASE`; TLS by `?sslmode=`. */
  url: string;
  user?: string;
  password?: string;
}

export type PostgresRow = Record<string, unknown>;

export interface Query {
  text: string;
  values?: readonly unknown[];
  /** Statements with the same name must have the same text; the server parses it once per connection. */
  name?: string;
}

const CONNECT_MS = 10_000;
/** Longer than any batch takes; a hanging server is retried. */
const ANSWER_MS = 120_000;
/** How long the server has to close a connection that it was told to close. */
const GOODBYE_MS = 2_000;
/** A process suspended in the middle of a transaction must not hold its locks against its successor. */
const IDLE_IN_TRANSACTION_MS = 5_000;

/**
 * One connection to a PostgreSQL server, opened when first needed and reopened after it broke. Statements run one after the
 * other.
 */
export class PostgresConnection {
  readonly #address: PostgresAddress;
  readonly #name: string;
  #client: Promise<pg.Client> | null = null;
  #live: pg.Client | null = null;

  /** @param name shown to the server's administrator */
  constructor(address: PostgresAddress, name = 'spark') {
    this.#address = address;
    this.#name = name;
  }

  /** @throws {PostgresError} */
  async query<Row extends PostgresRow>({ text, values = [], name }: Query): Promise<Row[]> {
    const client = await this.#connected();
    try {
      const query = { text, values: [...values], ...(name === undefined ? {} : { name }) };
      return (await client.query<Row>(query)).rows;
    } catch (error) {
      const told = toPostgresError(error);
      // Its state is unknown now.
      if (told.kind === 'away') this.#forget(client);
      throw told;
    }
  }

  /** Tries a statement and rolls it back. @throws {PostgresError} what it would have thrown */
  async attempt(query: Query): Promise<void> {
    await this.query({ text: 'BEGIN' });
    try {
      await this.query(query);
      // Checks constraints now that are deferred to the end of the transaction.
      await this.query({ text: 'SET CONSTRAINTS ALL IMMEDIATE' });
    } finally {
      await this.query({ text: 'ROLLBACK' });
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    await client?.then(end).catch(() => undefined);
  }

  async #connected(): Promise<pg.Client> {
    this.#client ??= this.#connect();
    try {
      return await this.#client;
    } catch (error) {
      this.#client = null;
      throw toPostgresError(error);
    }
  }

  async #connect(): Promise<pg.Client> {
    const { url, user, password } = this.#address;
    const client = new pg.Client({
      connectionString: url,
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      application_name: this.#name,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: ANSWER_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    });
    // Without a listener, a connection that breaks while idle would end the process.
    client.on('error', () => this.#forget(client));
    try {
      await client.connect();
      this.#live = client;
    } catch (error) {
      void end(client).catch(() => undefined);
      throw error;
    }
    return client;
  }

  #forget(client: pg.Client): void {
    if (this.#live === client) {
      this.#live = null;
      this.#client = null;
    }
    void end(client).catch(() => undefined);
  }
}

/** A server that does not answer does not close the connection either, and the client would wait for that. */
async function end(client: pg.Client): Promise<void> {
  const timer = setTimeout(() => client.connection.stream.destroy(), GOODBYE_MS);
  try {
    await client.end();
  } finally {
    clearTimeout(timer);
  }
}
