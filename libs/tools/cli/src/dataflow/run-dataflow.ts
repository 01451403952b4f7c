import { messageOf, parseWords } from '@nestjs-spark/foundation/internal';
import { CliError, unknownCommand } from '../cli-error.ts';
import type { Outcome } from '../outcome.ts';
import { refuseForeign, type Taken } from '../refuse-foreign.ts';
import { atAnApp, isAtAnApp } from './at-an-app.ts';
import { here } from './here.ts';
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

const APP = ['url', 'json'];
const COMMANDS = {
  validate: { options: [], words: 1 },
  test: { options: [], words: 1 },
  preview: { options: ['limit'], words: 1 },
  run: { options: ['once', 'from', 'reset'], words: 1 },
  plan: { options: APP, words: 1 },
  apply: { options: [...APP, 'reset'], words: 1 },
  list: { options: APP, words: 0 },
  get: { options: APP, words: 1 },
  start: { options: APP, words: 1 },
  stop: { options: APP, words: 1 },
  pause: { options: APP, words: 1 },
  resume: { options: APP, words: 1 },
  delete: { options: [...APP, 'force'], words: 1 },
  letters: { options: APP, words: 1 },
} as const satisfies Record<string, Taken>;
const NAMES = Object.keys(COMMANDS);

/** Its output is printed as it comes. @throws {CliError} with exit code 2 when the command is wrong */
export async function runDataflow(argv: readonly string[]): Promise<Outcome> {
  const { values, positionals } = read(argv);
  const [command, ...words] = positionals;
  if (values.help || argv.length === 0) return { exitCode: 0, text: DATAFLOW_USAGE };
  if (command === undefined) throw new CliError(`Name a command: ${NAMES.join(', ')}.`, 2);
  if (!isCommand(command)) throw unknownCommand(command, NAMES);
  refuseForeign('dataflow', COMMANDS, command, { values, words });
  const [subject] = words;
  if (isAtAnApp(command)) return { exitCode: await atAnApp(command, subject, values), text: '' };
  if (subject === undefined)
    throw new CliError(`Name a file: npx @nestjs-spark/cli dataflow ${command} FILE`, 2);
  return { exitCode: await here(command, subject, values), text: '' };
}

function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name);
}

function read(argv: readonly string[]) {
  try {
    return parseWords({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new CliError(messageOf(error), 2);
  }
}
