import type { Type } from '@nestjs/common';
import type { Stored } from '@nestjs-spark/contracts';
import { classFault, requireOptions } from '@nestjs-spark/foundation/internal';

/** What a handler is passed for a copy. */
export interface Arrival<T extends object = object> {
  /** `arrived`: it was not here before; `changed`: it differs from the handler's last call for it; `gone`: it was removed. */
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
   * Names the handler; its progress is kept under this name. A new name is a new handler, which is called for every existing copy.
   * Default: class and method, `Garage.carCame`.
   */
  name?: string;
}

/** A method to be told about the copies of a class. */
export interface HandlerMark {
  target: Type;
  name: string | undefined;
  /** The names of the given options. */
  options: readonly string[];
}

/** The names of all options of `@OnReplicated()`. */
export const HANDLER_OPTIONS = Object.keys({ name: true } satisfies Record<keyof OnReplicatedOptions, true>);

const MARK = Symbol('SPARK_ON_REPLICATED');

/**
 * Calls a method for each copy of a class with `@Replicated()` that arrives, changes or disappears, `Arrival` by `Arrival`: after
 * it is in this module's database, in order for each document, and at least once, whatever crashes. Of several changes since its
 * last call, a handler gets only the latest. In a new generation (a changed script, a resync) it is called only for copies that
 * differ.
 *
 * One instance of the module calls it, one copy at a time. When it throws, the copy is set aside for it and tried again after 2,
 * 10, 30, 60 and 300 s, at the next start, and when the copy changes; the others continue. Copying never waits for it. A call
 * that does not end blocks all others: the status of the handler says for which copy, and since when.
 *
 * Methods are found by the class of their provider or controller. A provider with `useFactory` or `useValue` hides its class, so
 * its methods are never called, and the log says so at startup.
 */
export function OnReplicated<T extends object>(
  target: abstract new (...parameters: never[]) => T,
  options: OnReplicatedOptions = {},
): <M extends (arrival: Arrival<T>) => unknown>(
  prototype: object,
  method: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  const fault = classFault(target, 'the class of @OnReplicated()');
  if (fault !== null) throw new TypeError(`${fault}.`);
  requireOptions('@OnReplicated()', options, HANDLER_OPTIONS);
  return (_prototype, _method, { value }) => {
    if (!value) return;
    const before = handlerMarks(value);
    Reflect.defineMetadata(
      MARK,
      [{ target, name: options.name, options: Object.keys(options) }, ...before],
      value,
    );
  };
}

/** The marks that a function was decorated with. */
export function handlerMarks(method: unknown): readonly HandlerMark[] {
  if (typeof method !== 'function') return [];
  return (Reflect.getOwnMetadata(MARK, method) as readonly HandlerMark[] | undefined) ?? [];
}
