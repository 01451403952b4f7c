import { Admin, findErrorBy } from '@platformatic/kafka';
import { baseOptions, type KafkaAddress } from './kafka-address.ts';
import { toKafkaError } from './kafka-error.ts';

export interface TopicSettings {
  partitions: number;
  /** Such as `cleanup.policy`. */
  configs?: Readonly<Record<string, string>>;
}

/** Makes topics. */
export class KafkaTopics {
  readonly #admin: Admin;

  constructor(address: KafkaAddress, clientId: string) {
    this.#admin = new Admin(baseOptions(address, clientId));
  }

  /** Makes a topic, with as many replicas as the brokers' default, unless it is there. @throws {KafkaError} */
  async ensure(topic: string, { partitions, configs = {} }: TopicSettings): Promise<void> {
    try {
      await this.#admin.createTopics({
        topics: [topic],
        partitions,
        replicas: -1,
        configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
      });
    } catch (error) {
      const isThere = error instanceof Error && findErrorBy(error, 'apiId', 'TOPIC_ALREADY_EXISTS');
      if (!isThere) throw toKafkaError(error);
    }
  }

  /** @throws {KafkaError} */
  async remove(topic: string): Promise<void> {
    await this.#admin.deleteTopics({ topics: [topic] }).catch((error: unknown) => {
      throw toKafkaError(error);
    });
  }

  close(): Promise<void> {
    return this.#admin.close();
  }
}
