/**
 * Secrets by variable name. Read a value when it is used, such as at each new connection, since it may have been renewed: whoever
 * keeps it does not notice.
 */
export interface Secrets {
  /**
   * The current value; undefined when it is not set anywhere.
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
