import { kindOf } from './kind-of.ts';
import { isPlain, optionsFault, unknownOptions } from './unknown-options.ts';

const SOURCES = ['useFactory', 'useClass', 'useExisting'];
const ASYNC_OPTIONS = [...SOURCES, 'inject', 'imports', 'provideInjectionTokensFrom'];

/**
 * The faults of the argument of a `forRootAsync()`, which says where the options come from.
 * @param returned the options themselves: they were given beside the factory that has to return them
 * @param extras options that do belong beside the factory
 */
export function asyncOptionsFaults(
  given: unknown,
  returned: readonly string[],
  extras: readonly string[] = [],
): string[] {
  const known = [...ASYNC_OPTIONS, ...extras];
  const fault = optionsFault(given, known);
  if (fault !== null) return [`forRootAsync(): ${fault}`];
  const argument = given as Readonly<Record<string, unknown>>;
  // As everywhere, an instance of a class may have fields of its own.
  const own = isPlain(argument) ? Object.entries(argument) : [];
  const misplaced = own
    .map(([name]) => name)
    .filter((name) => returned.includes(name) && !known.includes(name));
  const others = Object.fromEntries(own.filter(([name]) => !misplaced.includes(name)));
  const faults = [
    ...misplaced.map((name) => `${name}: it is not read here; let the factory return it`),
    ...unknownOptions(others, known),
  ];
  // A misspelt one is already reported.
  if (faults.length === 0 && SOURCES.every((name) => !argument[name]))
    faults.push('it needs useFactory, useClass or useExisting, which the options come from');
  return faults.map((one) => `forRootAsync(): ${one}`);
}

/**
 * The fault of the argument of a `forFeature()`; null for a list of classes.
 * @param isAlsoFine what else may be in the list
 */
export function classesFault(
  given: unknown,
  isAlsoFine: (item: unknown) => boolean = () => false,
): string | null {
  if (!Array.isArray(given)) {
    const found = given === undefined ? 'but nothing was given' : `not ${kindOf(given)}`;
    return `it has to be given a list of classes, as in forFeature([Car]), ${found}`;
  }
  const faults = given.map((item: unknown, at) =>
    isAlsoFine(item) ? null : classFault(item, `item ${at + 1} of ${given.length} in its list`),
  );
  return faults.find((fault) => fault !== null) ?? null;
}

/** The fault of an argument that has to be a class; null for a class. */
export function classFault(given: unknown, place: string): string | null {
  if (typeof given === 'function') return null;
  return given === undefined
    ? `${place} is undefined: either the name is wrong, or two files import each other and the class does not exist yet`
    : `${place} has to be a class, not ${kindOf(given)}`;
}
