import type { Type } from '@nestjs/common';
import type { Stored } from '@nestjs-spark/contracts';

/** What a handler receives about a copy. */
export interface Arrival<T extends object = object> {
  /** `arrived`: it was not here before; `changed`: it differs from what the handler was last told; `gone`: it was removed. */
  kind: 'arrived' | 'changed' | 'gone';
  /** The id of the copy. */
  id: string;
  /** The document at its owner. */
  source: { owner: string; documentId: string; etag: number | null };
  /** The collection of the copy. */
  collection: string;
  /** The current copy; null if it is gone. */
  document: Stored<T> | null;
}

export interface OnReplicatedOptions {
  /**
   * The handler's name, under which its progress is stored. A new name makes it a new handler, which is told about every existing copy. Default:
   * class and method, such as `Garage.carCame`.
   */
  name?: string;
}

/** A method to be told about the copies of a class. */
export interface HandlerMark {
  target: Type;
  name: string | undefined;
}

const MARK = Symbol('SPARK_ON_REPLICATED');

/**
 * Calls a method with an `Arrival` for each copy of a class with `@Replicated()` that arrives, changes or goes: after the change is in this
 * module's database, in order per document, and at least once, whatever crashes. If a copy has changed several times since the last call, the
 * handler only receives the latest state. In a new generation (a changed script, a resync) it is only called for copies that really differ.
 *
 * One instance of the module calls it, one copy at a time. If it throws, the copy is set aside for it and retried after 2, 10, 30, 60 and 300 s, at
 * the next start, and when the copy changes; other copies continue. Copying never waits for it. A call that never returns blocks all others: the
 * handler's status shows for which copy, and since when.
 *
 * Methods are found through the class of their provider or controller. Nest does not know the class of a provider with `useFactory` or `useValue`,
 * so its methods are never called; a warning at startup says so.
 */
export function OnReplicated<T extends object>(
  target: abstract new (...parameters: never[]) => T,
  { name }: OnReplicatedOptions = {},
): <M extends (arrival: Arrival<T>) => unknown>(
  prototype: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  return (_prototype, _method, { value }) => {
    if (!value) return;
    const before = handlerMarks(value);
    Reflect.defineMetadata(MARK, [{ target, name }, ...before], value);
  };
}

/** The marks that a function was decorated with. */
export function handlerMarks(method: unknown): readonly HandlerMark[] {
  if (typeof method !== 'function') return [];
  return (Reflect.getOwnMetadata(MARK, method) as readonly HandlerMark[] | undefined) ?? [];
}
