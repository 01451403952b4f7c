import { unknownCommand } from './cli-error.ts';
import type { Outcome } from './outcome.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Run = (argv: readonly string[], environment: Environment) => Promise<Outcome>;

export const USAGE = `The command line of Spark for NestJS.

  npx @nestjs-spark/cli init …              makes a Nest application share a collection, or keep copies of one
  npx @nestjs-spark/cli servers             RavenDB and NATS for development
  npx @nestjs-spark/cli nats …              permissions of modules on NATS, and its streams
  npx @nestjs-spark/cli etl preview …       what a script would produce, before it is deployed
  npx @nestjs-spark/cli etl set-aside …     set-aside documents, and rerunning them
  npx @nestjs-spark/cli verify …            compares copies with their source, and repairs them
  npx @nestjs-spark/cli keys …              modules' keys: make, show, approve, rotate
  npx @nestjs-spark/cli jobs …              tries a backend for transformation jobs
  npx @nestjs-spark/cli dataflow …          pipelines: checked and run here, or managed in an app
  npx @nestjs-spark/cli config …            settings of a running module: get, set, history, rollback

npx @nestjs-spark/cli COMMAND --help lists its options. Exit codes: 0 success, 1 failure, 2 wrong usage.
With --json, where a command accepts it, failures are JSON, too: { "error": { "message", "errors" } }.
`;

// Each is loaded on demand: what one command needs is of no use to the others.
const COMMANDS: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['init', async (...given) => (await import('./init/run-init.ts')).runInit(...given)],
  ['etl', async (...given) => (await import('./etl/run.ts')).runEtl(...given)],
  ['dataflow', async (argv) => (await import('./dataflow/run-dataflow.ts')).runDataflow(argv)],
  ['config', async (...given) => (await import('./config/run-config.ts')).runConfig(...given)],
  ['jobs', async (...given) => (await import('./jobs/run-jobs.ts')).runJobs(...given)],
  ['keys', async (...given) => (await import('./keys/run-keys.ts')).runKeys(...given)],
  ['nats', async (...given) => (await import('./nats/run-nats.ts')).runNats(...given)],
  ['verify', async (...given) => (await import('./verify/run-verify.ts')).runVerify(...given)],
  ['servers', async (...given) => (await import('./servers/run-servers.ts')).runServers(...given)],
]);

const HELP: ReadonlySet<string> = new Set(['--help', '-h', 'help']);

/** The hint where to find the correct usage, after a wrong command. */
export function helpFor([name = '']: readonly string[]): string {
  return COMMANDS.has(name)
    ? `Run npx @nestjs-spark/cli ${name} --help for the options.`
    : 'Run npx @nestjs-spark/cli --help for the commands.';
}

/**
 * Runs one command.
 * @throws {CliError} when it cannot be done; with exit code 2 when the command is wrong
 */
export async function run(argv: readonly string[], environment: Environment): Promise<Outcome> {
  const [name = '--help', ...rest] = argv;
  const asksForHelp = HELP.has(name);
  const command = COMMANDS.get(asksForHelp ? (rest[0] ?? '') : name);
  if (asksForHelp && !command) return { exitCode: 0, text: USAGE };
  if (command) return command(asksForHelp || rest[0] === 'help' ? ['--help'] : rest, environment);
  const names = [...COMMANDS.keys()];
  throw unknownCommand(name, names);
}
