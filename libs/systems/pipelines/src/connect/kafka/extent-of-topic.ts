import { UnavailableError } from '@nestjs-spark/contracts';
import { KafkaError, KafkaReader, type KafkaAddress } from '@nestjs-spark/kafka/internal';
import { RunFailedError, type Extent } from '../ports.ts';
import { writeTopicPosition } from './topic-position.ts';

/** Somebody waits for the answer; the client itself would try for half a minute and more. */
const ANSWERS_WITHIN_MS = 5_000;

/**
 * Where each partition of a topic begins and ends, by its name in positions.
 * @throws {RunFailedError} where there is no such topic, or it may not be read; {UnavailableError} where no broker answers
 */
export async function extentOfTopic(
  address: KafkaAddress,
  topic: string,
  clientId: string,
): Promise<Map<string, Extent>> {
  const reader = new KafkaReader(address, clientId);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(away(topic)), ANSWERS_WITHIN_MS);
  try {
    return await Promise.race([extentsOf(reader, topic), late.promise]);
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    if (error.kind === 'setup') throw new RunFailedError(`Kafka refuses ${topic}: ${error.message}`);
    throw away(topic, error);
  } finally {
    clearTimeout(timer);
    void reader.close();
  }
}

async function extentsOf(reader: KafkaReader, topic: string): Promise<Map<string, Extent>> {
  const view = await reader.view(topic);
  const [firsts, ends] = [
    await reader.offsets(topic, view, 'earliest'),
    await reader.offsets(topic, view, 'latest'),
  ];
  const offsets = writeTopicPosition(view.id, new Map(firsts.entries()));
  return new Map(
    Object.entries(offsets).map(([name, first], partition) => [
      name,
      { first, end: ends[partition] ?? first },
    ]),
  );
}

const away = (topic: string, cause?: Error): UnavailableError =>
  new UnavailableError(`Kafka cannot be asked what ${topic} has, because its brokers do not answer`, {
    cause,
  });
