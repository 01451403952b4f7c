import { BusSettingsError, readBusSettings } from '@nestjs-spark/bus/internal';
import { UnavailableError } from '@nestjs-spark/contracts';
import { describeError, messageOf, sameName } from '@nestjs-spark/foundation/internal';
import { JetStreamConnection, StreamMismatchError } from '@nestjs-spark/jetstream/internal';
import { JobsSettingsError } from '@nestjs-spark/jobs';
import { CliError } from '../cli-error.ts';
import type { Outcome } from '../outcome.ts';
import { SILENT } from '../silent.ts';
import { grantsOf, provisionMembers } from './members.ts';
import { type NatsCommand, parseNats } from './parse-nats.ts';
import { type AccountUser, ADMINISTRATOR, passwordVariable, renderAccounts } from './render-accounts.ts';
import { NATS_USAGE } from './usage.ts';
import { publicKeysIn } from './user-keys.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Of<Kind> = Extract<NatsCommand, { kind: Kind }>;

/** @throws {CliError} when the command fails */
export async function runNats(argv: readonly string[], environment: Environment): Promise<Outcome> {
  const command = parseNats(argv);
  switch (command.kind) {
    case 'help':
      return { exitCode: 0, text: NATS_USAGE };
    case 'permissions':
      return { exitCode: 0, text: await permissions(command) };
    case 'provision':
      return { exitCode: 0, text: await provision(command, environment) };
  }
}

async function permissions({ events, account, keys, ...members }: Of<'permissions'>): Promise<string> {
  const granted = [...grantsOf(members, events), { name: ADMINISTRATOR, grants: null, answers: events }];
  refuseShared(
    granted.map(({ name }) => name),
    keys === null,
  );
  const publicKeys =
    keys === null
      ? null
      : await publicKeysIn(
          keys,
          granted.map(({ name }) => name),
        );
  const users = granted.map(({ name, grants, answers }): AccountUser => ({
    name,
    publicKey: publicKeys?.get(name) ?? null,
    grants,
    answers,
  }));
  return renderAccounts(account, users);
}

/** @throws {CliError} when two users would share a name or a password */
function refuseShared(names: readonly string[], byPassword: boolean): void {
  const users = new Map<string, string>();
  for (const name of names) {
    const own = byPassword ? passwordVariable(name) : name.toLowerCase();
    const other = users.get(own);
    if (other !== undefined)
      throw new CliError(
        byPassword && !sameName(name, other)
          ? `${other} and ${name} would have one password, ${own}: rename one, or use --keys.`
          : `${other} is the name of NATS's ${ADMINISTRATOR}: rename the module.`,
        2,
      );
    users.set(own, name);
  }
}

/** @throws {CliError} when the variables do not name a server and a user */
function busSettingsIn(environment: Environment): ReturnType<typeof readBusSettings> {
  try {
    return readBusSettings({ name: ADMINISTRATOR }, environment);
  } catch (error) {
    if (error instanceof BusSettingsError) throw new CliError(error.faults.join('\n'));
    throw error;
  }
}

async function provision(members: Of<'provision'>, environment: Environment): Promise<string> {
  const { natsUrl, security, routeMaxBytes } = busSettingsIn(environment);
  const connection = new JetStreamConnection({ url: natsUrl, name: ADMINISTRATOR, security, log: SILENT });
  try {
    const done = await provisionMembers(connection, members, { routeMaxBytes, environment });
    return [...done].map(([stream, what]) => `${stream}: ${what}`).join('\n');
  } catch (error) {
    if (error instanceof UnavailableError) throw new CliError(describeError(error));
    if (error instanceof StreamMismatchError || error instanceof JobsSettingsError)
      throw new CliError(messageOf(error));
    throw error;
  } finally {
    await connection.close();
  }
}
