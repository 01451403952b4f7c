/**
 * Begins with a letter or digit, so that no prefix reaches into reserved ids, and ends with a character that separates it from
 * the id.
 */
const ID_PREFIX = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}[/-]$/;

/** Whether a text can prefix the ids of copies: up to 64 letters, digits, `.`, `_`, `-` or `/`, ending with `/` or `-`. */
export function isIdPrefix(value: unknown): value is string {
  return typeof value === 'string' && ID_PREFIX.test(value);
}
