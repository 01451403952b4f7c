import { toList, unknownOptions } from '@nestjs-spark/foundation/internal';
import type { KafkaAddress } from '@nestjs-spark/kafka/internal';
import type { Readers } from './apache-spark.ts';

/** Where changes of jobs are published. Omitted options are read from the environment. */
export interface JobsKafkaOptions {
  /** The brokers as `HOST:PORT`. `SPARK_JOBS_KAFKA_BROKERS`, separated by commas; default: none, so nothing is published. */
  brokers?: readonly string[];
  /** The topic, which has to exist. `SPARK_JOBS_KAFKA_TOPIC`; default `transformation-jobs`. */
  topic?: string;
  /** The user for SASL, together with `password`. `SPARK_JOBS_KAFKA_USER`; default: none. */
  user?: string;
  /** The password for SASL. `SPARK_JOBS_KAFKA_PASSWORD`; default: none. */
  password?: string;
  /** `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`. `SPARK_JOBS_KAFKA_MECHANISM`; default `SCRAM-SHA-512`. */
  mechanism?: KafkaMechanism;
  /** Whether to use TLS. `SPARK_JOBS_KAFKA_TLS`, `1` or `0`; default: no TLS. */
  tls?: boolean;
}

type KafkaMechanism = (typeof MECHANISMS)[number];

/** The options with all defaults applied. */
export interface JobsKafkaSettings {
  address: KafkaAddress;
  topic: string;
}

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;
const OPTIONS = Object.keys({
  brokers: true,
  topic: true,
  user: true,
  password: true,
  mechanism: true,
  tls: true,
} satisfies Record<keyof JobsKafkaOptions, true>);
const BROKER = /^[\w.-]{1,253}:\d{1,5}$/;
const TOPIC = /^[\w.-]{1,249}$/;

/** The settings for Kafka; null without brokers. Faults are added to `faults`. */
export function resolveKafka(
  options: JobsKafkaOptions,
  { env, secret }: Readers,
  faults: string[],
): JobsKafkaSettings | null {
  faults.push(...unknownOptions(options, OPTIONS, { path: 'kafka' }));
  const brokers = options.brokers ?? toList(env('SPARK_JOBS_KAFKA_BROKERS') ?? '');
  if (brokers.length === 0) return null;
  const topic = options.topic ?? env('SPARK_JOBS_KAFKA_TOPIC') ?? 'transformation-jobs';
  const user = options.user ?? env('SPARK_JOBS_KAFKA_USER');
  const password = options.password ?? secret('SPARK_JOBS_KAFKA_PASSWORD');
  const asked = options.mechanism ?? env('SPARK_JOBS_KAFKA_MECHANISM') ?? 'SCRAM-SHA-512';
  const mechanism = MECHANISMS.find((one) => one === asked);
  const tls = options.tls ?? env('SPARK_JOBS_KAFKA_TLS') ?? '0';
  if (!brokers.every((broker) => BROKER.test(broker)))
    faults.push('kafka.brokers (SPARK_JOBS_KAFKA_BROKERS) has to be HOST:PORT, separated by commas');
  if (!TOPIC.test(topic))
    faults.push('kafka.topic (SPARK_JOBS_KAFKA_TOPIC) has to be of letters, digits, ., _ and -');
  if ((user === undefined) !== (password === undefined))
    faults.push('kafka.user and kafka.password (SPARK_JOBS_KAFKA_USER, …_PASSWORD) have to be set together');
  if (!mechanism)
    faults.push(`kafka.mechanism (SPARK_JOBS_KAFKA_MECHANISM) has to be ${MECHANISMS.join(' or ')}`);
  if (typeof tls === 'string' && !['0', '1'].includes(tls))
    faults.push('kafka.tls (SPARK_JOBS_KAFKA_TLS) has to be 1 or 0');
  const login = user !== undefined && password !== undefined ? { user, password } : {};
  const address = {
    brokers,
    ...login,
    ...(mechanism ? { mechanism } : {}),
    tls: tls === true || tls === '1',
  };
  return { address, topic };
}
