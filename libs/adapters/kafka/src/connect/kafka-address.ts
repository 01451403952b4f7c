import type { BaseOptions } from '@platformatic/kafka';

/** Where a Kafka cluster is, and who is asking. */
export interface KafkaAddress {
  /** `HOST:PORT`, of any of its brokers. */
  brokers: readonly string[];
  /** With `password`: SASL, by `mechanism`. */
  user?: string;
  password?: string;
  /** Default SCRAM-SHA-512. */
  mechanism?: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  /** Default false. */
  tls?: boolean;
}

const TIMEOUT_MS = 30_000;
const CONNECT_MS = 10_000;

/** What every client of this library is made with. */
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
