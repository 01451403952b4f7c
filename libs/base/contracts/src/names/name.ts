/**
 * What a module, collection or task may be called. Names travel in NATS subjects, URLs and document ids,
 * so nothing that has a meaning there is let in.
 */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Says whether `value` can name a module, a collection or a task: a letter, then up to 63 letters, digits, `_` or `-`. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}
