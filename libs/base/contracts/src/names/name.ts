/**
 * What a module, collection or task may be called. Names become part of NATS subjects, URLs and document ids, so characters with
 * a special meaning there are excluded.
 */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Whether `value` can name a module, a collection or a task: a letter, then up to 63 letters, digits, `_` or `-`. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}
