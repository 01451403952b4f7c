/**
 * Begins with a letter or digit, so that no prefix reaches into reserved ids, and ends with a character that separates it from
 * the id.
 */
const ID_PREFIX = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}[/-]$/;

/**
 * Says whether a text can be a prefix of the ids of copies: up to 64 letters, digits, `.`, `_`, `-` or `/`, the last a `/` or
 * `-`.
 */
export function isIdPrefix(value: unknown): value is string {
  return typeof value === 'string' && ID_PREFIX.test(value);
}
