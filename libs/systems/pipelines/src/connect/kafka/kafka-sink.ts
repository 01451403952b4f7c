import { createHash } from 'node:crypto';
import { isObject, retry } from '@nestjs-spark/foundation/internal';
import {
  KafkaError,
  KafkaReader,
  KafkaTopics,
  KafkaTransactions,
  readLastCommitted,
  RefusedMessagesError,
  type KafkaAddress,
  type OutMessage,
} from '@nestjs-spark/kafka/internal';
import { NO_TOTALS } from '../../batch/batch.ts';
import { CHECKPOINTS_TOPIC } from '../../definition/reserved-names.ts';
import {
  FencedError,
  RecordsRefusedError,
  RunFailedError,
  type Checkpoint,
  type Claim,
  type OutBatch,
  type Sink,
} from '../ports.ts';
import { ownValue } from '../own-value.ts';
import { holderOf, isHeld, readCheckpoint, writeCheckpoint } from '../table/stored-checkpoint.ts';

export interface KafkaSinkOptions {
  topic: string;
  /** The field used as the message key. Default: messages have no key. */
  key?: string | undefined;
}

/** How long a new topic may take until its partitions have leaders, in milliseconds. */
const ANSWERS_WITHIN_MS = 15_000;
const ASK_AGAIN_MS = 100;
/** Must never change: a pipeline's name determines the partition of its checkpoints. */
const CHECKPOINT_PARTITIONS = 16;
const COMPACTED = { 'cleanup.policy': 'compact', 'segment.ms': '600000', 'min.cleanable.dirty.ratio': '0.1' };

interface Opened {
  claim: Claim;
  transactions: KafkaTransactions;
  /** The number of the last written batch. */
  n: number;
  mostBytes: number;
}

/** The checkpoint's message, including who wrote it. */
interface Stored {
  epoch: number;
  holder: unknown;
  checkpoint: Checkpoint;
}

/**
 * Writes messages in transactions, of which the broker only lets the latest claimant commit. The checkpoint is a message of the same
 * transaction, in a compacted topic.
 */
export class KafkaSink implements Sink {
  readonly #address: KafkaAddress;
  readonly #options: KafkaSinkOptions;
  readonly #idOf: (claim: Claim) => string;
  #opened: Opened | null = null;

  /** @param idOf only replaced in tests that demonstrate the fence */
  constructor(address: KafkaAddress, options: KafkaSinkOptions, idOf = transactionalIdOf) {
    this.#address = address;
    this.#options = options;
    this.#idOf = idOf;
  }

  async open(claim: Claim): Promise<Checkpoint> {
    const clientId = transactionalIdOf(claim);
    const reader = new KafkaReader(this.#address, clientId);
    const transactions = new KafkaTransactions(this.#address, clientId, this.#idOf(claim));
    const opened = { claim, transactions, n: 0, mostBytes: 0 };
    this.#opened = opened;
    try {
      opened.mostBytes = await this.#prepare(reader);
      // Read before the transactional id is taken, so that a late process does not disturb the owner.
      const seen = await this.#stored(reader, claim);
      if (seen && isHeld(seen, claim)) throw new FencedError(seen.epoch);
      await transactions.open();
      const stored = await this.#stored(reader, claim);
      if (stored && isHeld(stored, claim)) throw new FencedError(stored.epoch);
      const checkpoint = checkpointFor(claim, stored);
      await transactions.write([this.#message(claim, checkpoint)], opened.mostBytes);
      opened.n = checkpoint.n;
      return checkpoint;
    } catch (error) {
      throw asRunError(error);
    } finally {
      await reader.close();
    }
  }

  async write({ records, n, checkpoint }: OutBatch): Promise<void> {
    const opened = this.#opened;
    if (!opened) throw new TypeError('The sink is not open');
    const { topic, key } = this.#options;
    const messages = records.map(({ fields }): OutMessage => {
      const value = Buffer.from(JSON.stringify(fields));
      const named = key === undefined ? undefined : ownValue(fields, key);
      return named === undefined || named === null ? { topic, value } : { topic, value, key: keyOf(named) };
    });
    try {
      const all = [...messages, this.#message(opened.claim, checkpoint)];
      await opened.transactions.write(all, opened.mostBytes);
    } catch (error) {
      if (!(error instanceof RefusedMessagesError)) throw asRunError(error);
      throw new RecordsRefusedError(error.at.map((at) => ({ at, reason: error.message })));
    }
    opened.n = n;
  }

  async close(): Promise<void> {
    await this.#opened?.transactions.close();
    this.#opened = null;
  }

  /** The topic must exist; the checkpoints topic is created if it does not. @returns the maximum message size */
  async #prepare(reader: KafkaReader): Promise<number> {
    const { topic } = this.#options;
    await reader.view(topic);
    const topics = new KafkaTopics(this.#address, 'spark-pipelines');
    try {
      await reader.view(CHECKPOINTS_TOPIC).catch(async (error: unknown) => {
        if (!(error instanceof KafkaError) || error.kind !== 'setup') throw error;
        await topics.ensure(CHECKPOINTS_TOPIC, { partitions: CHECKPOINT_PARTITIONS, configs: COMPACTED });
        await untilItAnswers(reader, CHECKPOINTS_TOPIC);
      });
      return await topics.mostBytes(topic);
    } finally {
      await topics.close();
    }
  }

  async #stored(reader: KafkaReader, claim: Claim): Promise<Stored | null> {
    const { key, partition } = placeOf(claim);
    const value = await readLastCommitted(reader, CHECKPOINTS_TOPIC, partition, key);
    return value === null ? null : readStored(value.toString());
  }

  #message(claim: Claim, checkpoint: Checkpoint): OutMessage {
    const { key, partition } = placeOf(claim);
    const { epoch, holder } = claim;
    const value = `{"epoch":${epoch},"n":${checkpoint.n},"checkpoint":${writeCheckpoint(checkpoint, holder)}}`;
    return { topic: CHECKPOINTS_TOPIC, partition, key: Buffer.from(key), value: Buffer.from(value) };
  }
}

export function transactionalIdOf({ tenant, pipelineId, lane }: Claim): string {
  return `spark.${tenant}.${pipelineId}.${lane}`;
}

function placeOf(claim: Claim): { key: string; partition: number } {
  const key = `${claim.tenant}/${claim.pipelineId}/${claim.lane}`;
  return { key, partition: (createHash('sha256').update(key).digest()[0] ?? 0) % CHECKPOINT_PARTITIONS };
}

/** The stored checkpoint or, for a new generation, an empty one at its start. */
function checkpointFor({ generation, startsAt }: Claim, stored: Stored | null): Checkpoint {
  if (stored && stored.checkpoint.generation >= generation) return stored.checkpoint;
  return { generation, n: 0, position: startsAt, totals: NO_TOTALS };
}

function readStored(text: string): Stored {
  const value: unknown = JSON.parse(text);
  if (!isObject(value) || !('epoch' in value) || !('checkpoint' in value))
    throw new Error(`The last message in ${CHECKPOINTS_TOPIC} is not a checkpoint`);
  const { epoch, checkpoint } = value;
  if (!Number.isSafeInteger(epoch)) throw new Error(`A checkpoint in ${CHECKPOINTS_TOPIC} has no epoch`);
  const read = readCheckpoint('n' in value ? value.n : null, checkpoint);
  return { epoch: Number(epoch), holder: holderOf(checkpoint), checkpoint: read };
}

const keyOf = (value: unknown): Buffer =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

function asRunError(error: unknown): unknown {
  if (!(error instanceof KafkaError)) return error;
  if (error.kind === 'fenced') return new FencedError(null);
  if (error.kind === 'setup') return new RunFailedError(`Kafka refuses: ${error.message}`, { cause: error });
  return error;
}

/** A broker that has just created a topic may briefly report that it does not exist or has no leader. */
async function untilItAnswers(reader: KafkaReader, topic: string): Promise<void> {
  const deadline = Date.now() + ANSWERS_WITHIN_MS;
  await retry(async () => reader.offsets(topic, await reader.view(topic), 'latest'), {
    policy: { waitMs: ASK_AGAIN_MS },
    retries: (error) => error instanceof KafkaError && Date.now() <= deadline,
  });
}
