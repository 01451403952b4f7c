import type { parseArgs, ParseArgsOptionDescriptor } from 'node:util';
import { messageOf, parseWords, unexpectedWord } from '@nestjs-spark/foundation/internal';

type Options = Record<string, ParseArgsOptionDescriptor>;
type Given<O extends Options> = ReturnType<typeof parseArgs<{ options: O; strict: true }>>['values'];

/** The definition of a tool's command line. */
export interface Tool<O extends Options> {
  /** The output of `--help`. */
  help: string;
  options?: O;
  /** Maximum number of positional arguments. Default: none. */
  words?: number;
}

/**
 * Parses this process's command line for a tool of the repository. `--help` and `-h` print its help and exit with code 0,
 * anything unknown exits with 2: a mistyped option must not start something else.
 */
export function readArguments<const O extends Options = Record<never, never>>({
  help,
  options,
  words = 0,
}: Tool<O>): { values: Given<O>; words: string[] } {
  const asksForHelp = words === 0 && process.argv[2] === 'help';
  const args = process.argv.slice(asksForHelp ? 3 : 2);
  const known = { ...(options ?? ({} as O)), help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { values, positionals } = parseWords({
      args,
      options: known,
      allowPositionals: words > 0,
      strict: true,
    });
    if ((values as { help?: boolean }).help === true || asksForHelp) end(0, help);
    const unexpected = positionals[words];
    if (unexpected !== undefined) throw new Error(unexpectedWord(unexpected, Object.keys(known)));
    return { values: values as Given<O>, words: positionals };
  } catch (error) {
    return end(2, `${messageOf(error)}\n\n${help}`);
  }
}

/** For a tool that passes on its arguments: only its own help is handled. */
export function readHelp(help: string): void {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) end(0, help);
}

/** Ends a tool whose command line is wrong. */
export function refuse(message: string, help: string): never {
  return end(2, `${message}\n\n${help}`);
}

function end(code: 0 | 2, text: string): never {
  if (code === 0) console.log(text);
  else console.error(text);
  process.exit(code);
}
