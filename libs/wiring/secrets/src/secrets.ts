/**
 * Secrets by the names of their variables. A value is read when it is used, such as at each new connection, and may differ from
 * the previous one: code that keeps a value misses its renewal.
 */
export interface Secrets {
  /**
   * The current value; undefined if it is not set anywhere.
   * @throws {SecretError} when it cannot be read
   */
  text(name: string): string | undefined;
  /** As `text`, for binary values such as a PFX. A variable's value is returned as the bytes of its text. */
  bytes(name: string): Buffer | undefined;
}

/** A secret cannot be read. The message names the variable and the remedy, and never a value. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}
