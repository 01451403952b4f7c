import { isName } from '@nestjs-spark/contracts';
import { messageOf, parseWords, sameName } from '@nestjs-spark/foundation/internal';
import type { JobsSettings } from '@nestjs-spark/jobs/internal';
import { isPeerName, replicaName } from '@nestjs-spark/peers/internal';
import type { Route } from '@nestjs-spark/replication/internal';
import { CliError, unknownCommand } from '../cli-error.ts';
import { refuseForeign, type Taken } from '../refuse-foreign.ts';

/** The instances of one module that accept jobs, execute them, or both. */
export interface JobsUser {
  module: string;
  role: JobsSettings['role'];
}

/** One node of a service that has replicas. */
export interface ReplicaUser {
  service: string;
  node: string;
}

/** The members of the bus. */
export interface BusMembers {
  modules: string[];
  routes: Route[];
  jobs: JobsUser[];
  replicas: ReplicaUser[];
  /** Modules whose instances form the cluster that runs pipelines. */
  pipelines: string[];
}

/** The parsed command. */
export type NatsCommand =
  | { kind: 'help' }
  | (BusMembers & {
      kind: 'permissions';
      /** Whether modules may send and handle their own events and requests. */
      events: boolean;
      account: string;
      /** The folder of the users' nkeys; null: users have passwords. */
      keys: string | null;
    })
  | (BusMembers & { kind: 'provision' });

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  module: { type: 'string', multiple: true },
  route: { type: 'string', multiple: true },
  jobs: { type: 'string', multiple: true },
  peers: { type: 'string', multiple: true },
  pipelines: { type: 'string', multiple: true },
  events: { type: 'boolean' },
  account: { type: 'string' },
  keys: { type: 'string' },
} as const;
const MEMBERS = ['module', 'route', 'jobs', 'peers', 'pipelines'];
const COMMANDS = {
  permissions: { options: [...MEMBERS, 'events', 'account', 'keys'], words: 0 },
  provision: { options: MEMBERS, words: 0 },
} as const satisfies Record<string, Taken>;
const NAMES = Object.keys(COMMANDS);

/** @throws {CliError} with exit code 2 when the command is wrong */
export function parseNats(argv: readonly string[]): NatsCommand {
  try {
    const { values, positionals } = parseWords({
      args: [...argv],
      options: OPTIONS,
      strict: true,
      allowPositionals: true,
    });
    if (values.help === true || argv.length === 0) return { kind: 'help' };
    const [kind, ...more] = positionals;
    if (kind !== 'permissions' && kind !== 'provision')
      throw kind === undefined
        ? new Error(`Name a command: ${NAMES.join(' or ')}.`)
        : unknownCommand(kind, NAMES);
    if (more.length > 0)
      throw new Error(
        `Put --module before each module: ${more.map((name) => `--module ${name}`).join(' ')}.`,
      );
    refuseForeign('nats', COMMANDS, kind, { values, words: more });
    const members = membersOf(values);
    if (kind === 'provision') return { kind, ...members };
    const { events = false, account = 'SPARK', keys = null } = values;
    if (!isName(account)) throw new Error('--account has to be a letter, then letters, digits, "_" or "-".');
    return { kind, ...members, events, account, keys };
  } catch (error) {
    throw new CliError(messageOf(error), 2);
  }
}

function membersOf(given: {
  [name in 'module' | 'route' | 'jobs' | 'peers' | 'pipelines']?: string[];
}): BusMembers {
  const { module = [], route, jobs = [], peers = [], pipelines = [] } = given;
  if (module.length + jobs.length + peers.length + pipelines.length === 0)
    throw new Error('Name the modules: --module Fleet --module HR.');
  const modules = modulesOf(module);
  const replicas = peers.flatMap(replicasOf);
  refuseAmbiguous(replicas);
  return {
    modules,
    routes: route ? route.map((text) => routeOf(text, modules)) : allRoutes(modules),
    jobs: jobs.map(jobsUserOf),
    replicas,
    pipelines: modulesOf(pipelines, '--pipelines'),
  };
}

function modulesOf(names: readonly string[], option = '--module'): string[] {
  const wrong = names.find((name) => !isName(name));
  if (wrong !== undefined) throw new Error(noModule(wrong));
  const twice = names.find((name, at) => names.findIndex((one) => sameName(one, name)) !== at);
  if (twice !== undefined) throw new Error(`${option} ${twice} is given twice.`);
  return [...names];
}

function noModule(name: string): string {
  return `"${name}" cannot be a module: a letter, then up to 63 letters, digits, "_" or "-".`;
}

function routeOf(text: string, modules: readonly string[]): Route {
  const [owner, requester, ...more] = text
    .split(':')
    .map((name) => modules.find((one) => sameName(one, name)));
  if (owner !== undefined && requester !== undefined && owner !== requester && more.length === 0)
    return { owner, requester };
  throw new Error(`--route ${text} has to be two of the modules, OWNER:REQUESTER.`);
}

function jobsUserOf(text: string): JobsUser {
  const [module = '', role = 'all', ...more] = text.split(':');
  if (!isName(module)) throw new Error(noModule(module));
  if ((role === 'all' || role === 'api' || role === 'worker') && more.length === 0) return { module, role };
  throw new Error(`--jobs ${text} has to be a module, MODULE:api or MODULE:worker.`);
}

function replicasOf(text: string): ReplicaUser[] {
  const [service = '', nodes = '', ...more] = text.split(':');
  const names = nodes.split(',');
  if (more.length > 0 || ![service, ...names].every(isPeerName))
    throw new Error(
      `--peers ${text} has to be a service and its nodes, SERVICE:NODE,NODE, of lower-case letters, digits and "-".`,
    );
  return names.map((node) => ({ service, node }));
}

/** @throws when replicas of two services would share a user, which could then write to both */
function refuseAmbiguous(replicas: readonly ReplicaUser[]): void {
  const services = new Map<string, string>();
  for (const { service, node } of replicas) {
    const name = replicaName(service, node);
    const other = services.get(name) ?? service;
    if (other !== service)
      throw new Error(
        `--peers: nodes of ${other} and ${service} would both be the user ${name}. Rename one.`,
      );
    services.set(name, service);
  }
}

/** Each module may receive copies from every other one. */
function allRoutes(modules: readonly string[]): Route[] {
  return modules.flatMap((owner) =>
    modules.filter((requester) => requester !== owner).map((requester) => ({ owner, requester })),
  );
}
