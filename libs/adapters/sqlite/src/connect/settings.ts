/** Which file, and how to share it with others. */
export interface SqliteSettings {
  /** The file; created if missing, with its folder. */
  path: string;
  /** How long a write waits for another process's write, in milliseconds. Default 5,000; then `UnavailableError`. */
  busyTimeoutMs?: number;
  /** How many changes stay in the event tables after every reader has confirmed them. Default 1,000. */
  keepEvents?: number;
}
