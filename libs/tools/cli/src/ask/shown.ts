import { isListOf, isText, type Guard } from '@nestjs-spark/foundation/internal';

/** Of any length. */
export const text = isText(Infinity);

/** A list of any length. */
export const many = <T>(guard: Guard<T>): Guard<T[]> => isListOf(guard, Infinity);

/** Checks less than the whole type: what is shown of it. */
export const shows = <T>(guard: Guard<Partial<T> | Record<string, unknown>>): Guard<T> =>
  guard as Guard<unknown> as Guard<T>;
