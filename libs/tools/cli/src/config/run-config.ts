import { unexpectedWord, unknownWord } from '@nestjs-spark/foundation/internal';
import { isSettings, isSettingsChange, isSettingsHistory } from '../ask/known-answers.ts';
import { askModule } from '../ask/ask-module.ts';
import { OPERATOR_WAY, readOperatorWay, readOptions, type Environment, type Way } from '../ask/way.ts';
import { CliError, unknownCommand } from '../cli-error.ts';
import type { Outcome } from '../outcome.ts';
import { renderChange, renderHistory, renderSettings } from './render-config.ts';
import { CONFIG_USAGE } from './usage.ts';

const COMMANDS = ['get', 'set', 'history', 'rollback'];
const PATH = '/spark/settings';

/** @throws {CliError} when the command fails */
export async function runConfig(argv: readonly string[], environment: Environment): Promise<Outcome> {
  const [command = '--help', ...rest] = argv;
  if (argv.includes('--help') || argv.includes('-h') || command === '--help')
    return { exitCode: 0, text: CONFIG_USAGE };
  if (!COMMANDS.includes(command)) throw unknownCommand(command, COMMANDS);
  const { values, positionals } = readOptions(rest, OPERATOR_WAY, true);
  const ask = questionOf(command, positionals);
  const way = readOperatorWay(values, environment);
  return { exitCode: 0, text: await ask(way) };
}

/** Parses the request before anything is sent. @throws {CliError} with exit code 2 */
function questionOf(command: string, words: readonly string[]): (way: Way) => Promise<string> {
  switch (command) {
    case 'get':
      return (way) => get(way, words);
    case 'set': {
      const values = readAssignments(words);
      return (way) => change(way, PATH, { values });
    }
    case 'rollback': {
      const version = readVersion(words);
      return (way) => change(way, `${PATH}/rollback`, version === null ? {} : { version });
    }
    default:
      if (words[0] !== undefined)
        throw new CliError(`${unexpectedWord(words[0], [])} config history takes no arguments.`, 2);
      return history;
  }
}

async function get(way: Way, names: readonly string[]): Promise<string> {
  const view = await askModule(way, { method: 'GET', path: PATH }, isSettings);
  const settings = view.settings.filter(({ name }) => names.length === 0 || names.includes(name));
  const unknown = names.filter((name) => !view.settings.some((setting) => setting.name === name));
  if (unknown.length > 0) {
    const known = view.settings.map(({ name }) => name);
    const each = unknown.map((name) => unknownWord('setting', name, known)).join(' ');
    throw new CliError(`${each} Settings of ${way.module}: ${known.join(', ')}.`);
  }
  const shown = { ...view, settings };
  return way.json ? JSON.stringify(shown, null, 2) : renderSettings(way.module, shown);
}

async function change(way: Way, path: string, body: object): Promise<string> {
  const view = await askModule(way, { method: 'POST', path, body }, isSettingsChange);
  return way.json ? JSON.stringify(view, null, 2) : renderChange(way.module, view);
}

async function history(way: Way): Promise<string> {
  const question = { method: 'GET', path: `${PATH}/history` } as const;
  const versions = await askModule(way, question, isSettingsHistory);
  return way.json ? JSON.stringify(versions, null, 2) : renderHistory(way.module, versions);
}

function readAssignments(words: readonly string[]): Record<string, string | null> {
  const pairs = words.map((word): [string, string | null] => {
    const at = word.indexOf('=');
    if (at < 1) throw new CliError(`"${word}" is not NAME=VALUE, as in batchDocuments=512.`, 2);
    const value = word.slice(at + 1);
    return [word.slice(0, at), value === '' ? null : value];
  });
  if (pairs.length === 0)
    throw new CliError('Say what to set, as in: npx @nestjs-spark/cli config set batchDocuments=512', 2);
  return Object.fromEntries(pairs);
}

function readVersion(words: readonly string[]): number | null {
  const [text, ...more] = words;
  if (text === undefined) return null;
  if (/^[1-9]\d{0,14}$/.test(text) && more.length === 0) return Number(text);
  throw new CliError(
    'Give one version, as in: npx @nestjs-spark/cli config rollback 3. npx @nestjs-spark/cli config history lists them.',
    2,
  );
}
