import { parseArgs } from 'node:util';
import { isName } from '@nestjs-spark/contracts';
import { messageOf, sameName } from '@nestjs-spark/foundation/internal';
import type { Route } from '@nestjs-spark/replication/internal';
import { CliError } from '../cli-error.ts';

/** What was asked for. */
export type NatsCommand =
  | { kind: 'help' }
  | {
      kind: 'permissions';
      modules: string[];
      routes: Route[];
      /** Whether modules may send and handle events and requests of their own. */
      events: boolean;
      account: string;
      /** Where the users' nkeys are; null: users have passwords. */
      keys: string | null;
    }
  | { kind: 'provision'; routes: Route[] };

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  module: { type: 'string', multiple: true },
  route: { type: 'string', multiple: true },
  events: { type: 'boolean' },
  account: { type: 'string' },
  keys: { type: 'string' },
} as const;

/** @throws {CliError} with exit code 2 when the command is not right */
export function parseNats(argv: readonly string[]): NatsCommand {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: OPTIONS,
      strict: true,
      allowPositionals: true,
    });
    if (values.help === true || argv.length === 0) return { kind: 'help' };
    const [kind, ...more] = positionals;
    if (kind !== 'permissions' && kind !== 'provision')
      throw new Error(`Unknown command "${kind ?? ''}": permissions and provision are known.`);
    if (more.length > 0)
      throw new Error(
        `Put --module before each module: ${more.map((name) => `--module ${name}`).join(' ')}.`,
      );
    const modules = modulesOf(values.module ?? []);
    const routes = values.route ? values.route.map((text) => routeOf(text, modules)) : allRoutes(modules);
    if (kind === 'provision') return { kind, routes };
    const { events = false, account = 'SPARK', keys = null } = values;
    if (!isName(account)) throw new Error('--account has to be a letter, then letters, digits, "_" or "-".');
    return { kind, modules, routes, events, account, keys };
  } catch (error) {
    throw new CliError(messageOf(error), 2);
  }
}

function modulesOf(names: readonly string[]): string[] {
  if (names.length === 0) throw new Error('Name the modules: --module Fleet --module HR.');
  const wrong = names.find((name) => !isName(name));
  if (wrong !== undefined)
    throw new Error(`"${wrong}" cannot be a module: a letter, then up to 63 letters, digits, "_" or "-".`);
  const twice = names.find((name, at) => names.findIndex((one) => sameName(one, name)) !== at);
  if (twice !== undefined) throw new Error(`--module ${twice} is given twice.`);
  return [...names];
}

function routeOf(text: string, modules: readonly string[]): Route {
  const [owner, requester, ...more] = text
    .split(':')
    .map((name) => modules.find((one) => sameName(one, name)));
  if (owner !== undefined && requester !== undefined && owner !== requester && more.length === 0)
    return { owner, requester };
  throw new Error(`--route ${text} has to be two of the modules, OWNER:REQUESTER.`);
}

/** Each module may get copies from each other one. */
function allRoutes(modules: readonly string[]): Route[] {
  return modules.flatMap((owner) =>
    modules.filter((requester) => requester !== owner).map((requester) => ({ owner, requester })),
  );
}
