/**
 * A server that this process started. It always ends with this process: a watchdog stops what is left.
 * The failure methods are for tests of what happens around a dying server.
 */
export interface ServerHandle {
  /** Its address, `http://127.0.0.1:PORT` or `nats://127.0.0.1:PORT`; the same for its whole life. */
  readonly url: string;
  /** Its process; changes with every `restart()`. Undefined for a container, and when it does not run. */
  readonly pid: number | undefined;
  /** Its folder, with data and log. */
  readonly dataDir: string;
  /** Stops it: SIGTERM, and SIGKILL after 15 s. Removes its data when they are temporary. Stopping twice is fine. */
  stop(): Promise<void>;
  /** Ends it as an operator does before an update: SIGTERM, and keeps its data. */
  halt(): Promise<void>;
  /** Kills it without a chance to write anything; answers when it is gone. Its data stay. */
  kill9(): Promise<void>;
  /** Freezes it: connections stay open, nothing answers. */
  sigstop(): void;
  /** Resumes it after `sigstop()`. */
  sigcont(): void;
  /** Starts it again on the same port and data, stopping it before if it runs; answers when it is ready. */
  restart(): Promise<void>;
}
