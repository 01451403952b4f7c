export { KafkaError, type KafkaErrorKind } from './connect/kafka-error.ts';
