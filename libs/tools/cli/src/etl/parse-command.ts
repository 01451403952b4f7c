import {
  nameIn,
  readOptions,
  readWay,
  TEXT as text,
  WAY,
  type Environment,
  type Values,
  type Way,
} from '../ask/way.ts';
import { CliError, unknownCommand } from '../cli-error.ts';

export type Command =
  | { kind: 'help' }
  | (Way & {
      kind: 'preview';
      requester: string;
      collection: string;
      name: string | null;
      scriptFile: string;
      sample: number | null;
      documents: string[] | null;
    })
  | (Way & {
      kind: 'list';
      with: string | null;
      task: string | null;
      skip: number | null;
      take: number | null;
    })
  | (Way & { kind: 'retry'; with: string | null; task: string | null; documents: string[] | null });

const OPTIONS = {
  preview: { ...WAY, for: text, collection: text, name: text, script: text, sample: text, documents: text },
  'set-aside list': { ...WAY, with: text, task: text, skip: text, take: text },
  'set-aside retry': { ...WAY, with: text, task: text, documents: text },
} as const;

/** @throws {CliError} with exit code 2 when the command is wrong; the message says what is */
export function parseCommand(argv: readonly string[], environment: Environment): Command {
  if (argv.length === 0 || argv.includes('--help') || argv.includes('-h')) return { kind: 'help' };
  const [first = '', second = ''] = argv;
  const isSetAside = first === 'set-aside';
  const command = isSetAside ? `${first} ${second}` : first;
  if (!isCommand(command)) throw unknownCommand(command.trim(), COMMANDS);
  const values = readOptions(argv.slice(isSetAside ? 2 : 1), OPTIONS[command]).values;
  const way = readWay(values, environment);
  const task = nameIn(values, 'task');
  switch (command) {
    case 'preview':
      return readPreview(values, way, environment);
    case 'set-aside list': {
      const [skip, take] = [numberIn(values, 'skip', 0, 1e9), numberIn(values, 'take', 1, 500)];
      return { ...way, kind: 'list', with: nameIn(values, 'with'), task, skip, take };
    }
    case 'set-aside retry': {
      const documents = listIn(values, 'documents');
      if (documents && task === null)
        throw new CliError('--documents needs --task: ids belong to a task.', 2);
      return { ...way, kind: 'retry', with: nameIn(values, 'with'), task, documents };
    }
  }
}

type CommandName = keyof typeof OPTIONS;
const COMMANDS = Object.keys(OPTIONS);

function isCommand(name: string): name is CommandName {
  return COMMANDS.includes(name);
}

function readPreview(values: Values, way: Way, environment: Environment): Command {
  const own = way.credential.kind === 'module' ? way.credential.name : environment['SPARK_MODULE_NAME'];
  const requester = nameIn(values, 'for') ?? own;
  if (!requester) throw new CliError('--for is missing: which module would get the copies?', 2);
  const collection = nameIn(values, 'collection');
  if (collection === null) throw new CliError('--collection is missing: whose documents are to be tried?', 2);
  const scriptFile = values['script'];
  if (typeof scriptFile !== 'string') throw new CliError('--script is missing: the file with the script.', 2);
  const [name, documents] = [nameIn(values, 'name'), listIn(values, 'documents')];
  const sample = numberIn(values, 'sample', 1, 100);
  return { ...way, kind: 'preview', requester, collection, name, scriptFile, sample, documents };
}

function listIn(values: Values, key: string): string[] | null {
  const value = values[key];
  if (typeof value !== 'string') return null;
  const found = value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  if (found.length === 0) throw new CliError(`--${key} names nothing.`, 2);
  return found;
}

function numberIn(values: Values, key: string, least: number, most: number): number | null {
  const value = values[key];
  if (value === undefined) return null;
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new CliError(`--${key} has to be a whole number from ${least} to ${most}.`, 2);
}
