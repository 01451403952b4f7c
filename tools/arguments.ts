import { parseArgs, type ParseArgsOptionDescriptor } from 'node:util';

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
  const args = process.argv.slice(2);
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...(options ?? ({} as O)), help: { type: 'boolean', short: 'h' } },
      allowPositionals: words > 0,
      strict: true,
    });
    if ((values as { help?: boolean }).help === true) end(0, help);
    if (positionals.length > words) end(2, `Unexpected argument '${positionals[words]}'\n\n${help}`);
    return { values: values as Given<O>, words: positionals };
  } catch (error) {
    return end(2, `${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  }
}

/** For a tool that passes on its arguments: only its own help is handled. */
export function readHelp(help: string): void {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) end(0, help);
}

function end(code: 0 | 2, text: string): never {
  if (code === 0) console.log(text);
  else console.error(text);
  process.exit(code);
}
