import { AuthenticationError, findErrorBy, GenericError, UserError } from '@platformatic/kafka';

/**
 * What an error of Kafka asks for. `record`: a message cannot be stored, whenever it is sent. `fenced`: another producer has
 * taken the transactional id. `gone`: the broker no longer has the offset. `setup`: somebody has to act, for example because a
 * topic or a permission is missing. `away`: it cannot be done now, and trying again helps.
 */
export type KafkaErrorKind = 'record' | 'fenced' | 'gone' | 'setup' | 'away';

/** A broker refused a request or could not be reached. */
export class KafkaError extends Error {
  override readonly name = 'KafkaError';
  readonly kind: KafkaErrorKind;

  constructor(kind: KafkaErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

const KINDS: Readonly<Record<Exclude<KafkaErrorKind, 'away'>, readonly string[]>> = {
  record: ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP'],
  fenced: ['PRODUCER_FENCED', 'INVALID_PRODUCER_EPOCH', 'TRANSACTION_COORDINATOR_FENCED'],
  gone: ['OFFSET_OUT_OF_RANGE'],
  setup: [
    'UNKNOWN_TOPIC_OR_PARTITION',
    'UNKNOWN_TOPIC_ID',
    'INVALID_TOPIC_EXCEPTION',
    'TOPIC_AUTHORIZATION_FAILED',
    'GROUP_AUTHORIZATION_FAILED',
    'CLUSTER_AUTHORIZATION_FAILED',
    'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
    'SASL_AUTHENTICATION_FAILED',
    'UNSUPPORTED_SASL_MECHANISM',
    'POLICY_VIOLATION',
  ],
};

/** What the client threw, as one error with a kind. */
export function toKafkaError(error: unknown): KafkaError {
  if (error instanceof KafkaError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  for (const [kind, names] of Object.entries(KINDS)) {
    const name = names.find((one) => findErrorBy(cause, 'apiId', one));
    if (name) return new KafkaError(kind as KafkaErrorKind, `${name}: ${describe(cause)}`, { cause });
  }
  const isSetup = cause instanceof AuthenticationError || cause instanceof UserError;
  const whose = isSetup ? '' : 'Kafka is unavailable: ';
  return new KafkaError(isSetup ? 'setup' : 'away', whose + describe(cause), { cause });
}

/** The first of the errors below one that only counts them. */
function describe(error: Error): string {
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  const below = inner ?? (error instanceof GenericError ? error.cause : undefined);
  return below instanceof Error ? `${error.message} ${describe(below)}` : error.message;
}
