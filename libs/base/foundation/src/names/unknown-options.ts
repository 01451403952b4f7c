import { kindOf } from './kind-of.ts';
import { nearestName } from './nearest-name.ts';

/** The problem with an option that a decorator does not have, such as a misspelled one; null for a known one. */
export function optionProblem(
  name: string,
  known: readonly string[],
): { problem: string; remedy: string } | null {
  if (known.includes(name)) return null;
  const nearest = nearestName(name, known);
  const advice = nearest === null ? 'Remove it.' : `Did you mean ${nearest}?`;
  return { problem: 'there is no such option', remedy: `${advice} Options: ${known.join(', ')}` };
}

/** Whether this is an object that may hold options. */
export function isOptions(given: unknown): given is object {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

/** The fault of something that was given, or returned by a factory, in place of options; null for an object. */
export function optionsFault(given: unknown, known: readonly string[], path = 'the options'): string | null {
  if (isOptions(given)) return null;
  const found = given === undefined ? 'but nothing was given or returned' : `not ${kindOf(given)}`;
  return `${path}: an object is expected, ${found} (options: ${known.join(', ')})`;
}

/** @throws {TypeError} when this decorator was given anything but an object of options; the stack names the line */
export function requireOptions(decorator: string, given: unknown, known: readonly string[]): void {
  const fault = optionsFault(given, known, `the options of ${decorator}`);
  if (fault !== null) throw new TypeError(`${fault}.`);
}

/** Where the options were given. */
interface OptionPlace {
  /** The path of nested options, such as `ravendb`. */
  path?: string;
  /** Options that belong next to the factory that returns the others; one of them may have been meant. */
  besides?: readonly string[];
  /** Whether the object may also hold the options that other modules declare with {@link shareOptions}. */
  isShared?: boolean;
}

const shared = new Set<string>();

/**
 * Declares options that an application may keep in one object with those of other modules and pass to each of them, as
 * `sparkConfig` does for the store, the bus and replication.
 */
export function shareOptions(names: readonly string[]): readonly string[] {
  for (const name of names) shared.add(name);
  return names;
}

/**
 * The options that do not exist, as faults of settings. TypeScript refuses them only in object literals.
 * A class instance may have fields of its own, such as the `ConfigService` from which it reads the options.
 */
export function unknownOptions(
  given: object | null | undefined,
  known: readonly string[],
  { path, besides = [], isShared = false }: OptionPlace = {},
): string[] {
  if (given === undefined || given === null) return [];
  // Otherwise its characters or items would be taken for names.
  const fault = optionsFault(given, known, path);
  if (fault !== null) return [fault];
  const at = path === undefined ? '' : `${path}.`;
  const all = [...known, ...besides];
  return Object.keys(isPlain(given) ? given : {})
    .filter((name) => !known.includes(name) && !(isShared && shared.has(name)))
    .map((name) => {
      if (besides.includes(name)) return `${at}${name}: it is not read here; pass it next to the factory`;
      const nearest = nearestName(name, all);
      const advice = nearest === null ? 'remove it' : `did you mean ${at}${nearest}?`;
      return `${at}${name}: there is no such option; ${advice} (options: ${all.join(', ')})`;
    });
}

/** Whether it is no instance of a class. Also true for an object of another realm, such as the sandbox of a test. */
export function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
