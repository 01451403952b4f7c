import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearestName } from './nearest-name.ts';
import { takenByNpm } from './taken-by-npm.ts';

/**
 * `parseArgs`, with an error that names the option that was probably meant, and one for an option that npm has kept.
 * @throws {Error} for a command line that does not fit; its message is for the user
 */
export function parseWords<const T extends ParseArgsConfig>(
  config: T,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): ReturnType<typeof parseArgs<T>> {
  const taken = takenByNpm(Object.keys(config.options ?? {}), environment, process.argv.length > 2);
  if (taken !== null) throw new Error(taken);
  try {
    return parseArgs(config);
  } catch (error) {
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    throw new Error(faultOf(error, config.args ?? [], known), { cause: error });
  }
}

/** A word of a command line that is not known, and the one that was probably meant. */
export function unknownWord(kind: string, word: string, known: readonly string[]): string {
  const meant = nearestName(word, known);
  return `Unknown ${kind} "${word}".${meant === null ? '' : ` Did you mean "${meant}"?`}`;
}

/** A word where none is expected; it may be an option without its dashes. */
export function unexpectedWord(word: string, options: readonly string[]): string {
  const meant = nearestName(word, options);
  return `Unexpected argument "${word}".${meant === null ? '' : ` Did you mean "--${meant}"?`}`;
}

/** Node appends advice on positional arguments, which hides what is wrong. */
function faultOf(error: unknown, words: readonly string[], known: readonly string[]): string {
  const { message } = error as Error;
  // The word itself may contain a quote.
  const [, option] = /^Unknown option '(.*?)'(?:\. To specify |$)/s.exec(message) ?? [];
  if (option !== undefined) return unknownWord('option', wholeOf(option, words), known);
  const [, word] = /^Unexpected argument '(.*?)'(?:\. This command |$)/s.exec(message) ?? [];
  if (word !== undefined)
    return unexpectedWord(
      word,
      known.map((name) => name.slice(2)),
    );
  return faultOfValue(message) ?? message.replaceAll('\n', ' ');
}

/** An option with a value that it does not take, or without the one that it needs. */
function faultOfValue(message: string): string | null {
  const [, alone] = /^Option '(?:-\w, )?(--[^' ]+)' does not take an argument/.exec(message) ?? [];
  if (alone !== undefined) return `${alone} takes no value: write it alone.`;
  const [, option] =
    /^Option '(?:-\w, )?(--[^' ]+)(?: <\w+>)?' argument (?:missing|is ambiguous)/.exec(message) ?? [];
  return option === undefined ? null : `${option} needs a value: write it as ${option}=VALUE.`;
}

/** Node reads `-once` as five options of one letter, and names the first. */
function wholeOf(option: string, words: readonly string[]): string {
  if (option.startsWith('--')) return option;
  return words.find((word) => word.startsWith(option) && !word.startsWith('--')) ?? option;
}
