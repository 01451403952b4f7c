export * from './index.ts';
export type { KafkaAddress } from './connect/kafka-address.ts';
export { KafkaTopics } from './connect/kafka-topics.ts';
export {
  KafkaReader,
  type FetchedPartition,
  type FetchRequest,
  type KafkaMessage,
  type StartAt,
  type TopicView,
} from './read/kafka-reader.ts';
export { readLastCommitted } from './read/last-committed.ts';
export type { OutMessage } from './write/chunks.ts';
export { KafkaTransactions, RefusedMessagesError } from './write/kafka-transactions.ts';
