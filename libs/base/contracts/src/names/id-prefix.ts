/** A letter or digit first, so that no prefix reaches into ids that mean something of their own; a sign at the end that parts it from the id. */
const ID_PREFIX = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}[/-]$/;

/**
 * Says whether a text can be a prefix of the ids of copies: up to 64 letters, digits, `.`, `_`, `-` or `/`, the last a `/` or
 * `-`.
 */
export function isIdPrefix(value: unknown): value is string {
  return typeof value === 'string' && ID_PREFIX.test(value);
}
