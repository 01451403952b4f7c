/**
 * A server that this process started. It always ends with this process: a watchdog stops what is left.
 * The failure methods are for tests of what happens around a dying server.
 */
export interface ServerHandle {
  /** Its address, `http://127.0.0.1:PORT` or `nats://127.0.0.1:PORT`; it never changes. */
  readonly url: string;
  /** Its process id; changes with every `restart()`. Undefined for a container, and while it is not running. */
  readonly pid: number | undefined;
  /** Its folder, with data and log. */
  readonly dataDir: string;
  /** Stops it: SIGTERM, and SIGKILL after 15 s. Removes temporary data. Stopping twice is fine. */
  stop(): Promise<void>;
  /** Stops it as an operator does before an update: SIGTERM, keeping its data. */
  halt(): Promise<void>;
  /** Kills it without a chance to write anything; answers when it is gone. Its data stay. */
  kill9(): Promise<void>;
  /** Suspends it: connections stay open, nothing answers. */
  sigstop(): void;
  /** Resumes it after `sigstop()`. */
  sigcont(): void;
  /** Starts it again on the same port and data, stopping it first if necessary; resolves when it is ready. */
  restart(): Promise<void>;
}
