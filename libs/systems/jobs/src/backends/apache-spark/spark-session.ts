import { ApacheSparkError, type ConnectClient, type ConnectSession } from '@nestjs-spark/apache-spark';
import { uuidOf } from '@nestjs-spark/apache-spark/internal';
import { packExecutor, type ExecutorArchive } from './pack-executor.ts';

/** A session that is ready for scripts: its executors can import the worker. */
export interface ScriptSession extends ConnectSession {
  archive: ExecutorArchive;
}

const USER = 'nestjs-spark';
/** How many closed sessions a server remembers; each costs one request. */
const MOST_CLOSED = 100;

/**
 * The one session in which all scripts of all processes with this name run, so that a process finds what another one started. After a restart of
 * the server, the worker is uploaded again.
 */
export class SparkSession {
  readonly #client: ConnectClient;
  readonly #name: string;
  #count = 0;
  #ready: Promise<ScriptSession> | null = null;
  #current: ScriptSession | null = null;

  constructor(client: ConnectClient, name = 'jobs') {
    this.#client = client;
    this.#name = name;
  }

  /** @throws {ApacheSparkError} */
  ready(): Promise<ScriptSession> {
    this.#ready ??= this.#open().catch((error: unknown) => {
      this.#ready = null;
      throw error;
    });
    return this.#ready;
  }

  /** Called for a session that the server no longer knows. */
  forget(session: ConnectSession): void {
    if (this.#current === session) this.#ready = null;
  }

  async #open(): Promise<ScriptSession> {
    for (;;) {
      const session = { sessionId: uuidOf(`${this.#name}/${this.#count}`), userId: USER };
      try {
        await this.#client.greet(session);
        const archive = packExecutor();
        await this.#client.addArtifact(session, `pyfiles/${archive.module}.zip`, archive.content);
        this.#current = { ...session, archive };
        return this.#current;
      } catch (error) {
        const isClosed = error instanceof ApacheSparkError && error.kind === 'lost';
        if (!isClosed || this.#count >= MOST_CLOSED) throw error;
        this.#count++;
      }
    }
  }
}

/** The session of a single run, in which its statements may create views and change settings. */
export function ownSession(runId: string): ConnectSession {
  return { sessionId: uuidOf(`${runId}/session`), userId: USER };
}
