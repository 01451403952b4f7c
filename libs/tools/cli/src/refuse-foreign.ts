import { unexpectedWord } from '@nestjs-spark/foundation/internal';
import { CliError } from './cli-error.ts';

/** What a command takes, besides its name. */
export interface Taken {
  readonly options: readonly string[];
  readonly words: 0 | 1;
}

/** What was given to it. */
export interface Given {
  readonly values: object;
  readonly words: readonly string[];
}

/**
 * What has no effect on a command is refused, so that nobody relies on it: a word too many, and an option of another command.
 * @param group with its commands, as in `dataflow`
 * @throws {CliError} with exit code 2
 */
export function refuseForeign<Name extends string>(
  group: string,
  commands: Readonly<Record<Name, Taken>>,
  command: Name,
  { values, words }: Given,
): void {
  const { options, words: most } = commands[command];
  const foreign = Object.keys(values).find((option) => !options.includes(option));
  if (foreign !== undefined) {
    const names = Object.entries<Taken>(commands).flatMap(([name, taken]) =>
      taken.options.includes(foreign) ? [name] : [],
    );
    throw new CliError(`--${foreign} is an option of ${inWords(names)}, not of ${command}: leave it out.`, 2);
  }
  const surplus = words[most];
  if (surplus === undefined) return;
  const amount = most === 0 ? 'no arguments' : 'one argument';
  throw new CliError(`${unexpectedWord(surplus, options)} ${group} ${command} takes ${amount}.`, 2);
}

/** `a, b and c` */
export function inWords(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}
