import { messageOf, parseWords, unexpectedWord } from '@nestjs-spark/foundation/internal';
import { CliError, unknownCommand } from '../cli-error.ts';
import type { Outcome } from '../outcome.ts';
import { AT_AN_APP, atAnApp, isAtAnApp } from './at-an-app.ts';
import { HERE, here, isHere } from './here.ts';
import { DATAFLOW_USAGE } from './usage.ts';

const OPTIONS = {
  once: { type: 'boolean' },
  from: { type: 'string' },
  reset: { type: 'string' },
  limit: { type: 'string' },
  url: { type: 'string' },
  json: { type: 'boolean' },
  force: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Its output is printed as it comes. @throws {CliError} with exit code 2 when the command is wrong */
export async function runDataflow(argv: readonly string[]): Promise<Outcome> {
  const { values, positionals } = read(argv);
  const [command, subject, ...more] = positionals;
  if (values.help || command === undefined) return { exitCode: 0, text: DATAFLOW_USAGE };
  const [unexpected] = more;
  if (unexpected !== undefined) throw new CliError(unexpectedWord(unexpected, Object.keys(OPTIONS)), 2);
  if (isAtAnApp(command)) return { exitCode: await atAnApp(command, subject, values), text: '' };
  if (!isHere(command)) throw unknownCommand(command, [...HERE, ...AT_AN_APP]);
  if (values.json)
    throw new CliError(`--json is for commands that ask a running app: leave it out with ${command}`, 2);
  if (subject === undefined)
    throw new CliError(`Name a file: npx @nestjs-spark/cli dataflow ${command} FILE`, 2);
  return { exitCode: await here(command, subject, values), text: '' };
}

function read(argv: readonly string[]) {
  try {
    return parseWords({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CliError(messageOf(error), 2);
  }
}
