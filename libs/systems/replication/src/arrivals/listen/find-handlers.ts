import { Scope, type Type } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { nameKey, optionProblem } from '@nestjs-spark/foundation/internal';
import { DeclarationError, type DeclarationFault } from '../../declare/declaration-error.ts';
import { HANDLER_OPTIONS, handlerMarks, type Arrival, type HandlerMark } from './on-replicated.decorator.ts';

/** A method to be called for the copies of a class. */
export interface ArrivalHandler {
  /** The key of its progress. */
  name: string;
  target: Type;
  call(arrival: Arrival): unknown;
}

/** The characters that names of leases and documents may contain as well. */
const NAME = /^(?=.{1,100}$)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

type Handling = Record<string, ((arrival: Arrival) => unknown) | undefined>;
type Mark = HandlerMark & { method: string };
type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/**
 * Finds the methods with `@OnReplicated()` among the application's providers and controllers.
 * @param declared the classes with declared copies
 * @throws {DeclarationError} with all faults
 */
export function findHandlers(
  discovery: Pick<DiscoveryService, 'getProviders' | 'getControllers'>,
  declared: ReadonlySet<Type>,
): ArrivalHandler[] {
  const faults: DeclarationFault[] = [];
  const handlers = new Map<string, ArrivalHandler & { of: unknown; method: string }>();
  for (const wrapper of [...discovery.getProviders(), ...discovery.getControllers()]) {
    for (const { method, target, name, options } of marksOf(wrapper)) {
      const owner = (wrapper.metatype as Type).name;
      const handler = name ?? `${owner}.${method}`;
      // Nest creates the instance later.
      const call = (arrival: Arrival): unknown => (wrapper.instance as Handling)[method]?.(arrival);
      const problem = judge(wrapper, handler, target, declared) ?? unknownOption(options);
      const before = handlers.get(nameKey(handler));
      // One class may be a provider in several modules.
      const isSame = before?.of === wrapper.metatype && before.method === method && before.target === target;
      const fault = problem ?? (before && !isSame ? namedTwice(handler) : null);
      if (fault) faults.push({ className: owner, field: method, ...fault });
      else if (!before)
        handlers.set(nameKey(handler), { name: handler, target, of: wrapper.metatype, method, call });
    }
  }
  if (faults.length > 0) throw new DeclarationError(faults);
  return [...handlers.values()];
}

/**
 * Methods with `@OnReplicated()` that are never called, because Nest only knows the value of their provider (`useFactory`, `useValue`) and not its
 * class.
 */
export function findUncalled(discovery: Pick<DiscoveryService, 'getProviders'>): string[] {
  const unknown = discovery.getProviders().filter(({ isNotMetatype }) => isNotMetatype);
  const methods = unknown.flatMap(({ instance }) => {
    if (typeof instance !== 'object' || instance === null) return [];
    const prototype = parentOf(instance as object);
    const owner = prototype?.constructor.name ?? '';
    return marksOn(prototype).map(({ method }) => `${owner}.${method}`);
  });
  return [...new Set(methods)];
}

/** Only the class is examined: an instance may be anything, and its getters may have side effects. */
function marksOf({ metatype }: Wrapper): Mark[] {
  return marksOn(typeof metatype === 'function' ? metatype.prototype : null);
}

function marksOn(prototype: unknown): Mark[] {
  if (typeof prototype !== 'object' || prototype === null) return [];
  const methods = new Map<string, unknown>();
  for (let one: object | null = prototype; one && one !== Object.prototype; one = parentOf(one)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(one))) {
      if (!methods.has(name)) methods.set(name, value);
    }
  }
  return [...methods].flatMap(([method, value]) => handlerMarks(value).map((mark) => ({ method, ...mark })));
}

function parentOf(one: object): object | null {
  return Object.getPrototypeOf(one) as object | null;
}

function namedTwice(handler: string): Pick<DeclarationFault, 'problem' | 'remedy'> {
  return {
    problem: `two handlers are named ${handler}, so they would share their position`,
    remedy: 'Give one of them another name: @OnReplicated(TheClass, { name })',
  };
}

function unknownOption(options: readonly string[]): Pick<DeclarationFault, 'problem' | 'remedy'> | null {
  for (const name of options) {
    const wrong = optionProblem(name, HANDLER_OPTIONS);
    if (wrong) return { problem: `@OnReplicated() has no option ${name}`, remedy: wrong.remedy };
  }
  return null;
}

function judge(
  { scope }: Wrapper,
  handler: string,
  target: Type,
  declared: ReadonlySet<Type>,
): Pick<DeclarationFault, 'problem' | 'remedy'> | null {
  if (scope === Scope.REQUEST || scope === Scope.TRANSIENT) {
    return {
      problem: 'a class with request or transient scope has no instance that could be called',
      remedy: 'Put the handler into a class with the default scope',
    };
  }
  if (!declared.has(target)) {
    return {
      problem: `no copies of ${target.name} are declared`,
      remedy: `Decorate ${target.name} with @Replicated(), and name it in forFeature`,
    };
  }
  if (NAME.test(handler)) return null;
  return {
    problem: `${JSON.stringify(handler)} cannot name a handler`,
    remedy: 'Give it a name of letters, digits, ".", "_" and "-": @OnReplicated(TheClass, { name })',
  };
}
