import type { BaseOptions } from '@platformatic/kafka';

/** A Kafka cluster, and the credentials for it. */
export interface KafkaAddress {
  /** `HOST:PORT` of any of its brokers. */
  brokers: readonly string[];
  /** With `password`: SASL, using `mechanism`. */
  user?: string;
  password?: string;
  /** Default SCRAM-SHA-512. */
  mechanism?: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  /** Default false. */
  tls?: boolean;
}

const TIMEOUT_MS = 30_000;
const CONNECT_MS = 10_000;

/** The options shared by every client of this library. */
export function baseOptions(address: KafkaAddress, clientId: string): BaseOptions {
  const { brokers, user, password, mechanism = 'SCRAM-SHA-512', tls } = address;
  return {
    clientId,
    bootstrapBrokers: [...brokers],
    timeout: TIMEOUT_MS,
    connectTimeout: CONNECT_MS,
    ...(tls ? { tls: {} } : {}),
    ...(user === undefined ? {} : { sasl: { mechanism, username: user, password: password ?? '' } }),
  };
}
