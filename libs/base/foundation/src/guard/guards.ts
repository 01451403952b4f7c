/** Whether a value written by others has the expected form. Fields unknown to a guard are let through. */
export type Guard<T> = (value: unknown) => value is T;

type Guarded<G> = G extends Guard<infer T> ? T : never;
type Fields = Readonly<Record<string, Guard<unknown>>>;
type Required<F extends Fields> = { [K in keyof F]: Guarded<F[K]> };
type Optional<F extends Fields> = { [K in keyof F]?: Guarded<F[K]> };

/** Longer than any name, id, address or reason. */
const LONGEST_TEXT = 8 * 1024;
const MOST_ITEMS = 10_000;

/** @param most UTF-16 units. Default 8,192 */
export function isText(most = LONGEST_TEXT): Guard<string> {
  return (value): value is string => typeof value === 'string' && value.length <= most;
}

/** A safe integer of at least 0: etags, counts, revisions and times. */
export const isWhole: Guard<number> = (value): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

export const isBoolean: Guard<boolean> = (value): value is boolean => typeof value === 'boolean';

export function isOneOf<const T extends string>(...known: readonly T[]): Guard<T> {
  return (value): value is T => known.some((one) => one === value);
}

export function isNullOr<T>(guard: Guard<T>): Guard<T | null> {
  return (value): value is T | null => value === null || guard(value);
}

/** @param most items. Default 10,000 */
export function isListOf<T>(guard: Guard<T>, most = MOST_ITEMS): Guard<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.length <= most && value.every(guard);
}

/** @param optional fields that may be missing, but must be valid if present */
export function isObjectOf<F extends Fields, O extends Fields = Record<never, never>>(
  fields: F,
  optional?: O,
): Guard<Required<F> & Optional<O>> {
  const required = Object.entries(fields);
  const others = Object.entries(optional ?? {});
  return (value): value is Required<F> & Optional<O> => {
    if (!isObject(value)) return false;
    return (
      required.every(([name, guard]) => guard(value[name])) &&
      others.every(([name, guard]) => value[name] === undefined || guard(value[name]))
    );
  };
}

/** An object that is not a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
