import { unknownWord } from '@nestjs-spark/foundation/internal';

/** Ends the command with a message for its user. */
export class CliError extends Error {
  /** 2: the command is wrong; 1: anything else. */
  readonly exitCode: 1 | 2;

  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}

/** For a command that does not exist: names the one that was probably meant, and all. */
export function unknownCommand(name: string, commands: readonly string[]): CliError {
  return new CliError(`${unknownWord('command', name, commands)} Commands: ${commands.join(', ')}.`, 2);
}

/** One fault, at its place in a definition or in what was sent. */
export interface FailurePlace {
  pointer: string;
  detail: string;
  line?: number;
  column?: number;
}

/** A failure as `--json` prints it: a program that reads the output always finds one JSON value. */
export function failureJson(message: string, errors: readonly FailurePlace[] = []): string {
  return JSON.stringify({ error: { message, ...(errors.length > 0 && { errors }) } }, null, 2);
}

/** Whether a command line asks for JSON, even if the rest of it cannot be parsed. */
export function asksForJson(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const options = words.slice(0, end < 0 ? undefined : end);
  return options.some((word) => word === '--json' || word.startsWith('--json='));
}
