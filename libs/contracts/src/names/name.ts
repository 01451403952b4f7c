/**
 * What a module, collection or task may be called. Names travel in NATS subjects, URLs and document ids,
 * so nothing that has a meaning there is let in.
 */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/** Says whether `value` can name a module, a collection or a task: a letter, then up to 63 letters, digits, `_` or `-`. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}

/**
 * Returns `value` when it is a name.
 * @throws {InvalidNameError} otherwise, naming `what` was being named; the caller's input is wrong and has to be mended.
 */
export function requireName(value: unknown, what: string): string {
  if (isName(value)) return value;
  throw new InvalidNameError(what, value);
}

/** A module, collection or task has a name that cannot travel. Mend the name; trying again does not help. */
export class InvalidNameError extends Error {
  constructor(what: string, value: unknown) {
    const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 80)) : typeof value;
    super(`${what} cannot be ${shown}: a name is a letter, then up to 63 letters, digits, "_" or "-".`);
    this.name = 'InvalidNameError';
  }
}
