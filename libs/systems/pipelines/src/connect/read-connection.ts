import type { KafkaAddress } from '@nestjs-spark/kafka/internal';
import type { PostgresAddress } from '@nestjs-spark/postgres/internal';
import type { Connection } from './connections.ts';
import { RunFailedError } from './ports.ts';

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** @throws {RunFailedError} if the connection is incomplete */
export function postgresAddress({ name, settings }: Connection): PostgresAddress {
  const { url, user, password } = settings;
  if (!url || !URL.canParse(url))
    throw needs(name, 'postgres', 'a url such as postgres://HOST:5432/DATABASE');
  return { url, ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) };
}

/** @throws {RunFailedError} if the connection is incomplete */
export function kafkaAddress({ name, settings }: Connection): KafkaAddress {
  const { user, password, tls } = settings;
  const brokers = (settings['brokers'] ?? settings['url'] ?? '')
    .split(',')
    .map((broker) => broker.trim())
    .filter(Boolean);
  if (brokers.length === 0) throw needs(name, 'kafka', 'brokers, as HOST:9092 with commas between them');
  const mechanism = MECHANISMS.find((known) => known === settings['mechanism']);
  if (settings['mechanism'] && !mechanism)
    throw needs(name, 'kafka', `a mechanism of ${MECHANISMS.join(', ')}`);
  return {
    brokers,
    tls: tls === 'true',
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(mechanism === undefined ? {} : { mechanism }),
  };
}

function needs(name: string, type: string, what: string): RunFailedError {
  return new RunFailedError(
    `The connection ${name} of type ${type} needs ${what}: ask the operator to configure it`,
  );
}
