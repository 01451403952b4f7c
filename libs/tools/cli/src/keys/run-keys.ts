import { isName } from '@nestjs-spark/contracts';
import { isThumbprint } from '@nestjs-spark/contracts/internal';
import { isKeyView, isKeyViews } from '../ask/known-answers.ts';
import { askModule } from '../ask/ask-module.ts';
import {
  keysDirIn,
  OPERATOR_WAY,
  readOperatorWay,
  readOptions,
  TEXT,
  type Environment,
  type Values,
} from '../ask/way.ts';
import { CliError, unknownCommand } from '../cli-error.ts';
import type { Outcome } from '../outcome.ts';
import { refuseForeign, type Taken } from '../refuse-foreign.ts';
import { finishRotation, makeKey, showKey, startRotation, type KeyOutcome } from './key-files.ts';
import { renderKeys } from './render-keys.ts';
import { KEYS_USAGE } from './usage.ts';

const OPTIONS = { ...OPERATOR_WAY, finish: { type: 'boolean' }, 'keys-dir': TEXT } as const;
const ASKED = Object.keys(OPERATOR_WAY);
const COMMANDS = {
  make: { options: ['keys-dir', 'json'], words: 1 },
  show: { options: ['keys-dir', ...ASKED], words: 1 },
  approve: { options: ASKED, words: 1 },
  rotate: { options: ['finish', 'keys-dir', 'json'], words: 1 },
} as const satisfies Record<string, Taken>;

/** @throws {CliError} when the command fails */
export async function runKeys(argv: readonly string[], environment: Environment): Promise<Outcome> {
  const [command = '--help', ...rest] = argv;
  if (argv.includes('--help') || argv.includes('-h') || command === '--help') {
    return { exitCode: 0, text: KEYS_USAGE };
  }
  if (!isCommand(command)) throw unknownCommand(command, Object.keys(COMMANDS));
  const { values, positionals } = readOptions(rest, OPTIONS, true);
  refuseForeign('keys', COMMANDS, command, { values, words: positionals });
  const text = await carryOut(command, values, positionals, environment);
  return { exitCode: 0, text };
}

function isCommand(name: string): name is keyof typeof COMMANDS {
  return Object.hasOwn(COMMANDS, name);
}

async function carryOut(
  command: keyof typeof COMMANDS,
  values: Values,
  positionals: readonly string[],
  environment: Environment,
): Promise<string> {
  const own = { directory: keysDirIn(values, environment) };
  switch (command) {
    case 'make':
      return shown(await makeKey({ ...own, module: nameOf(positionals, command) }), values);
    case 'rotate': {
      const keys = { ...own, module: nameOf(positionals, command) };
      return shown(await (values['finish'] === true ? finishRotation(keys) : startRotation(keys)), values);
    }
    case 'approve':
      return approve(values, positionals, environment);
    case 'show':
      if (isOfModule(values, positionals)) return survey(values, environment);
      return shown(await showKey({ ...own, module: nameOf(positionals, command) }), values);
  }
}

/** Whether it is a running module's view that is to be shown, not the keys on this machine. @throws {CliError} where it would be both */
function isOfModule(values: Values, [name]: readonly string[]): boolean {
  const here = name ?? (values['keys-dir'] === undefined ? undefined : '--keys-dir');
  const asked = ['module', 'url', 'token'].find((option) => values[option] !== undefined);
  if (here === undefined || asked === undefined) return asked !== undefined;
  throw new CliError(
    `Keys on this machine, and those that a running module trusts, are shown one at a time: leave out ${here} or --${asked}.`,
    2,
  );
}

function shown({ text, facts }: KeyOutcome, values: Values): string {
  return values['json'] === true ? JSON.stringify(facts, null, 2) : text;
}

function nameOf(positionals: readonly string[], command: string): string {
  const [name] = positionals;
  if (isName(name)) return name;
  throw new CliError(`Name one module, as in: npx @nestjs-spark/cli keys ${command} HR`, 2);
}

async function survey(values: Values, environment: Environment): Promise<string> {
  const way = readOperatorWay(values, environment);
  const views = await askModule(way, { method: 'GET', path: '/spark/keys' }, isKeyViews);
  return way.json ? JSON.stringify(views, null, 2) : renderKeys(way.module, views);
}

async function approve(
  values: Values,
  positionals: readonly string[],
  environment: Environment,
): Promise<string> {
  const [name, keyId, ...rest] = (positionals[0] ?? '').split('=');
  if (!isName(name) || !isThumbprint(keyId) || rest.length > 0) {
    throw new CliError(
      'Say whose key, with its thumbprint of 43 characters, as in: npx @nestjs-spark/cli keys approve HR=THUMBPRINT --module Fleet. Where HR runs, npx @nestjs-spark/cli keys show HR prints it.',
      2,
    );
  }
  const way = readOperatorWay(values, environment);
  const question = { method: 'POST', path: `/spark/keys/${name}/approve`, body: { keyId } } as const;
  const view = await askModule(way, question, isKeyView);
  if (way.json) return JSON.stringify(view, null, 2);
  return `${way.module} now trusts the key ${keyId} of ${name}, and no other.`;
}
