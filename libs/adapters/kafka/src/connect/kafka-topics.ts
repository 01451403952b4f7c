import { Admin, ConfigResourceTypes, findErrorBy } from '@platformatic/kafka';
import { baseOptions, type KafkaAddress } from './kafka-address.ts';
import { toKafkaError } from './kafka-error.ts';

export interface TopicSettings {
  partitions: number;
  /** Such as `cleanup.policy`. */
  configs?: Readonly<Record<string, string>>;
}

const MOST = 'max.message.bytes';
const BROKERS_DEFAULT = 1_048_588;

/** Makes topics, and looks at how they are configured. */
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

  /** The largest set of messages, in bytes, that a partition of the topic takes at once. @throws {KafkaError} */
  async mostBytes(topic: string): Promise<number> {
    const asked = [
      { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: [MOST] },
    ];
    try {
      const [found] = await this.#admin.describeConfigs({ resources: asked });
      const value = Number(found?.configs.find(({ name }) => name === MOST)?.value);
      return Number.isSafeInteger(value) && value > 0 ? value : BROKERS_DEFAULT;
    } catch (error) {
      const told = toKafkaError(error);
      // A user who can write to a topic is not always allowed to see how it is configured.
      if (told.kind === 'setup') return BROKERS_DEFAULT;
      throw told;
    }
  }

  /** Removes what a partition has before an offset, as its retention would. @throws {KafkaError} */
  async removeBefore(topic: string, partition: number, offset: number): Promise<void> {
    const partitions = [{ partition, offset: BigInt(offset) }];
    await this.#admin.deleteRecords({ topics: [{ name: topic, partitions }] }).catch((error: unknown) => {
      throw toKafkaError(error);
    });
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
