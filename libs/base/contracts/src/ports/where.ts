/** What a field is compared with. A `Date` is compared like its text, as a point in time; a bigint as a double. */
export type Comparable = string | number | bigint | boolean | Date;

/** How a field is compared. Several comparisons are combined with "and"; undefined ones are ignored. */
export type Comparison<V extends Comparable> = {
  /** Not this value. Fields that are null or missing differ from every string, number and boolean. */
  ne?: V | null | undefined;
  /** One of these. An empty list matches nothing. */
  in?: readonly (V | null)[] | undefined;
} & ([V] extends [boolean] ? unknown : Range<V>) &
  ([V] extends [string] ? Prefix : unknown);

/** Bounds. A null or missing field is out of every range. Strings are ordered by code point: `B` before `a`. */
export interface Range<V> {
  /** Greater than. */
  gt?: V | undefined;
  /** Greater than or equal. */
  gte?: V | undefined;
  /** Less than. */
  lt?: V | undefined;
  /** Less than or equal. */
  lte?: V | undefined;
}

/** Conditions for strings only. */
export interface Prefix {
  /**
   * The string begins with this, case-sensitively. Every string begins with the empty string. A point in time is compared as
   * spelled in UTC with seven fractional digits (`2024-01-02T03:04:05.6780000Z`); a complete one with a zone matches those that
   * are equal.
   */
  startsWith?: string | undefined;
}

/**
 * Conditions on the fields of a document: `{ color: 'red', year: { gte: 1990, lt: 2000 }, 'owner.city': { in: ['Bern'] } }`.
 *
 * The same on every store: comparison is case-sensitive, except for `id`; a missing field counts as null; numbers are compared as
 * numbers. A string that reads as a point in time (`2024-01-02`, `2024-01-02T03:04:05.678Z`, with an offset) is compared as one,
 * however it is spelled; without a zone it counts as UTC. All documents of a collection are assumed to have one kind of value in
 * a field (or null): how a string or a date compares with a number, or with a list, depends on the store. A string may have at
 * most 512 bytes.
 */
export type Where<T> = { [P in FieldPath<T>]?: Condition<NonNullable<FieldAt<T, P>>> | undefined } & {
  /** The document's id, compared case-insensitively: a value, or `in`, `ne` or `startsWith`. */
  id?: string | ({ ne?: string; in?: readonly string[] } & Prefix) | undefined;
};

/** A value that the field must equal, or a comparison. */
export type Condition<V> = [V] extends [Comparable] ? V | null | Comparison<V> : never;

/** The fields that can be queried: strings, numbers, booleans and dates; nested fields by dotted path. */
export type FieldPath<T, Depth extends readonly unknown[] = []> = Depth['length'] extends 4
  ? never
  : { [F in keyof T & string]-?: PathOf<F, NonNullable<T[F]>, Depth> }[keyof T & string];

type PathOf<F extends string, V, Depth extends readonly unknown[]> = V extends Comparable
  ? F
  : V extends readonly unknown[] | ((...parameters: never[]) => unknown)
    ? never
    : V extends ReadonlySet<unknown> | ReadonlyMap<unknown, unknown>
      ? never
      : V extends object
        ? `${F}.${FieldPath<V, [...Depth, 0]>}`
        : never;

/** The type of the field at such a path. */
export type FieldAt<T, P extends string> = P extends keyof T
  ? T[P]
  : P extends `${infer F}.${infer Rest}`
    ? F extends keyof T
      ? FieldAt<NonNullable<T[F]>, Rest>
      : never
    : never;
