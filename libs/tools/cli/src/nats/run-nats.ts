import { readBusSettings } from '@nestjs-spark/bus/internal';
import { UnavailableError } from '@nestjs-spark/contracts';
import { routeLogs } from '@nestjs-spark/contracts/internal';
import { describeError, messageOf } from '@nestjs-spark/foundation/internal';
import {
  eventGrants,
  joinGrants,
  JetStreamConnection,
  provisionBus,
  StreamMismatchError,
} from '@nestjs-spark/jetstream/internal';
import { replicationGrants } from '@nestjs-spark/replication/internal';
import { CliError } from '../cli-error.ts';
import type { Outcome } from '../outcome.ts';
import { type NatsCommand, parseNats } from './parse-nats.ts';
import { type AccountUser, ADMINISTRATOR, renderAccounts } from './render-accounts.ts';
import { NATS_USAGE } from './usage.ts';
import { publicKeysIn } from './user-keys.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Of<Kind> = Extract<NatsCommand, { kind: Kind }>;

/** @throws {CliError} when it cannot be done */
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

async function permissions({ modules, routes, events, account, keys }: Of<'permissions'>): Promise<string> {
  const names = [...modules, ADMINISTRATOR];
  const publicKeys = keys === null ? null : await publicKeysIn(keys, names);
  const users = names.map((name): AccountUser => {
    const grants = replicationGrants(name, routes);
    return {
      name,
      publicKey: publicKeys?.get(name) ?? null,
      grants: name === ADMINISTRATOR ? null : events ? joinGrants(grants, eventGrants()) : grants,
      answers: events,
    };
  });
  return renderAccounts(account, users);
}

async function provision({ routes }: Of<'provision'>, environment: Environment): Promise<string> {
  const { natsUrl, security, routeMaxBytes } = readBusSettings({ name: ADMINISTRATOR }, environment);
  const log = { debug() {}, log() {}, warn() {}, error() {} };
  const connection = new JetStreamConnection({ url: natsUrl, name: ADMINISTRATOR, security, log });
  try {
    const logs = routes.map(({ owner, requester }) => routeLogs(owner, requester));
    const done = await provisionBus(connection, logs, { maxBytes: routeMaxBytes });
    return [...done].map(([stream, what]) => `${stream}: ${what}`).join('\n');
  } catch (error) {
    if (error instanceof UnavailableError) throw new CliError(describeError(error));
    if (error instanceof StreamMismatchError) throw new CliError(messageOf(error));
    throw error;
  } finally {
    await connection.close();
  }
}
