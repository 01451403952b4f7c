/** What a field is compared with. A `Date` is the same as its text: a point in time. A bigint is compared as a double. */
export type Comparable = string | number | bigint | boolean | Date;

/** How a field is compared; several of them are combined with and. One that is undefined does not count. */
export type Comparison<V extends Comparable> = {
  /** Another value. Fields that are null or missing have another value than every text, number and boolean. */
  ne?: V | null | undefined;
  /** One of these; none of an empty list. */
  in?: readonly (V | null)[] | undefined;
} & ([V] extends [boolean] ? unknown : Range<V>) &
  ([V] extends [string] ? Prefix : unknown);

/** Bounds. A field that is null or missing is within none. Texts go by their code points: `B` before `a`. */
export interface Range<V> {
  /** More than this. */
  gt?: V | undefined;
  /** This or more. */
  gte?: V | undefined;
  /** Less than this. */
  lt?: V | undefined;
  /** This or less. */
  lte?: V | undefined;
}

/** What texts alone can be asked for. */
export interface Prefix {
  /**
   * Begins so, capitals as given. Every text begins with the empty one. A point in time begins as it is spelled in UTC with
   * seven digits (`2024-01-02T03:04:05.6780000Z`); a whole one with its zone finds those that are equal.
   */
  startsWith?: string | undefined;
}

/**
 * Conditions on the fields of a document: `{ color: 'red', year: { gte: 1990, lt: 2000 }, 'owner.city': { in: ['Bern'] } }`.
 *
 * The same on every store: capitals count, except in `id`; a missing field counts as null; numbers are compared as
 * numbers. A text that is written as a point in time (`2024-01-02`, `2024-01-02T03:04:05.678Z`, with an offset) is compared as
 * one, however it is spelled; without a zone it counts as UTC. Documents of a collection are taken to have one kind of value in
 * a field (or null): what a text or a date compares with a number, or with a list, is left to the store. A text may have
 * 512 bytes at most.
 */
export type Where<T> = { [P in FieldPath<T>]?: Condition<NonNullable<FieldAt<T, P>>> | undefined } & {
  /** The document's id, compared without case. It can be given, one `in` a list, not (`ne`), or by how it begins. */
  id?: string | ({ ne?: string; in?: readonly string[] } & Prefix) | undefined;
};

/** A value that a field equals, or how it compares. */
export type Condition<V> = [V] extends [Comparable] ? V | null | Comparison<V> : never;

/** The fields that can be asked for: texts, numbers, booleans and dates; inside of other objects with dots. */
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

/** What stands at such a path. */
export type FieldAt<T, P extends string> = P extends keyof T
  ? T[P]
  : P extends `${infer F}.${infer Rest}`
    ? F extends keyof T
      ? FieldAt<NonNullable<T[F]>, Rest>
      : never
    : never;
