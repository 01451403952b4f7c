import { CliError } from './cli-error.ts';
import type { Outcome } from './outcome.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Run = (argv: readonly string[], environment: Environment) => Promise<Outcome>;

export const USAGE = `The command line of Spark for NestJS.

  nestjs-spark etl preview …       what a script would make, before it is deployed
  nestjs-spark etl set-aside …     documents that did not get through, and running them again
  nestjs-spark servers             RavenDB and NATS for development

nestjs-spark COMMAND --help says more. Exit code 0: all is well; 1: something failed; 2: the command is not right.
`;

// Each is loaded when it is asked for: what one command needs is no use to the other.
const COMMANDS: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['etl', async (...given) => (await import('./etl/run.ts')).runEtl(...given)],
  ['servers', async (...given) => (await import('./servers/run-servers.ts')).runServers(...given)],
]);

/**
 * Runs one command.
 * @throws {CliError} when it cannot be done; with exit code 2 when the command is not right
 */
export async function run(argv: readonly string[], environment: Environment): Promise<Outcome> {
  const [name = '--help', ...rest] = argv;
  if (name === '--help' || name === '-h' || name === 'help') return { exitCode: 0, text: USAGE };
  const command = COMMANDS.get(name);
  if (command) return command(rest, environment);
  throw new CliError(`There is no command "${name}". Commands: ${[...COMMANDS.keys()].join(', ')}.`, 2);
}
