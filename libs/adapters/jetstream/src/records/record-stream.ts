import { VersionConflictError } from '@nestjs-spark/contracts';
import type { JetStreamConnection, JetStreamHandle } from '../connect/connection.ts';
import { isWrongLastSequence, toPortError } from '../connect/failures.ts';
import { ensureStream, type Provisioned } from '../provision/ensure-stream.ts';
import { openBucket } from '../provision/open-bucket.ts';
import type { StreamSettings } from '../provision/plan-stream.ts';
import { Provisioner } from '../provision/provisioner.ts';
import { recordSettings } from '../provision/streams.ts';
import { readMessages } from '../log/read-messages.ts';
import { AckInbox } from '../connect/ack-inbox.ts';
import { batchNotStored, type Batched, publishBatch } from './publish-batch.ts';
import { type RecordPlace, recordSubject } from './record-place.ts';
import { isNothingThere } from './subject-log.ts';

/** A stream of records: each is the messages below one subject, and its last message is its state. */
export interface RecordStreamOptions extends RecordPlace {
  connection: JetStreamConnection;
  description: string;
  /** How long the values are kept. */
  valuesTtlMs: number;
}

/** A message to be written. */
export interface RecordMessage {
  id: string;
  /** The end of its subject. */
  part: string;
  payload: Uint8Array;
}

/** A message of a batch. */
export interface BatchMessage extends RecordMessage {
  publishAt?: PublishAt | undefined;
}

/** The server publishes a message under another part of its record at that time. */
export interface PublishAt {
  time: Date;
  part: string;
}

/** How a message is written. */
export interface RecordWrite {
  /** The sequence of the record's last message; 0: there is none. */
  after: number;
  /** When the message expires; absent: never. */
  ttlSeconds?: number;
  publishAt?: PublishAt;
  /** Takes back the message of this part that waits for its time. */
  takeBack?: string;
}

/** A message as it is stored. */
export interface StoredRecord extends RecordMessage {
  sequence: number;
  /** When the server stored it. */
  time: Date;
}

/** Records are small and many: asking again for each few costs more than waiting for some of them now and then. */
const REFILL_AT = 8;

/** Records in a stream, each changed only by those who know its last change. */
export class RecordStream {
  readonly settings: StreamSettings;
  readonly #options: RecordStreamOptions;
  readonly #provisioner: Provisioner;

  constructor(options: RecordStreamOptions) {
    this.#options = options;
    this.#provisioner = new Provisioner(options.connection);
    const { stream: name, root, description } = options;
    this.settings = recordSettings({ name, subjects: `${root}.>`, description });
  }

  /** @throws {VersionConflictError} when the record's last message is another one */
  async write({ id, part, payload }: RecordMessage, how: RecordWrite): Promise<number> {
    const { connection, root } = this.#options;
    const headers = this.#headersOf(id, how);
    await this.provision();
    await connection.turn.end();
    const handle = connection.current ?? (await this.#handle());
    try {
      const subject = recordSubject(root, id, part);
      return await AckInbox.of(handle, connection).publish(subject, payload, headers);
    } catch (error) {
      throw isWrongLastSequence(error)
        ? new VersionConflictError(id, { cause: error })
        : toPortError(connection.target, error);
    }
  }

  /**
   * Writes the first messages of new records, all or none. Only the first one's absence is checked by the server.
   * @returns the sequence of the first; the others follow
   * @throws {VersionConflictError} when the first record is there already
   */
  async writeTogether(messages: readonly BatchMessage[]): Promise<number> {
    const [first] = messages;
    if (!first) return 0;
    const answer = await this.#use(({ nc }) =>
      publishBatch(
        nc,
        messages.map((message, index) => this.#batched(message, index === 0)),
      ),
    );
    if (answer.sequence !== null) return answer.sequence - messages.length + 1;
    if (await this.last(first.id)) throw new VersionConflictError(first.id);
    throw batchNotStored(answer);
  }

  /** The record's last message; null when there is none. Read from the stream's leader. */
  async last(id: string): Promise<StoredRecord | null> {
    const { stream, root } = this.#options;
    const found = await this.#use(({ jsm }) =>
      jsm.streams.getMessage(stream, { last_by_subj: recordSubject(root, id, '>') }),
    );
    return found && this.recordOf(found.subject, found.seq, found.data, found.time);
  }

  /** The sequences between which everything that is kept lies. */
  async bounds(): Promise<{ first: number; last: number }> {
    const { state } = await this.#use(({ jsm }) => jsm.streams.info(this.#options.stream));
    return { first: state.first_seq, last: state.last_seq };
  }

  /** The record's messages in their order, `most` at most. */
  async history(id: string, most: number): Promise<StoredRecord[]> {
    const { root } = this.#options;
    return this.#read({ seq: 1, batch: most, next_by_subj: recordSubject(root, id, '>') });
  }

  /** What is there of the messages from one sequence to another. */
  async range(from: number, to: number): Promise<StoredRecord[]> {
    const { root } = this.#options;
    const query = { seq: Math.max(1, from), batch: to - from + 1, next_by_subj: `${root}.>` };
    return (await this.#read(query)).filter(({ sequence }) => sequence <= to);
  }

  /** Messages in their order, as they come; see `readMessages`. */
  async *follow(after: number | 'now', signal: AbortSignal, id = '*'): AsyncGenerator<StoredRecord> {
    const { connection, stream, root } = this.#options;
    await this.provision();
    const from = after === 'now' ? 'new' : after + 1;
    const request = { stream, subjects: recordSubject(root, id, '>'), from, refillAt: REFILL_AT } as const;
    for await (const { subject, seq, data, time } of readMessages(connection, request, signal))
      yield this.recordOf(subject, seq, data, time);
  }

  /** A message of the stream as one of the record that its subject names. */
  recordOf(subject: string, sequence: number, payload: Uint8Array, time: Date | string): StoredRecord {
    const [id = '', ...part] = subject.slice(this.#options.root.length + 1).split('.');
    return { id, part: part.join('.'), sequence, payload, time: new Date(time) };
  }

  /** Removes a message without waiting, and without hearing of it: for what does no harm where it stays. */
  forget(sequence: number): void {
    const { connection, stream } = this.#options;
    const request = JSON.stringify({ seq: sequence, no_erase: true });
    const send = async (): Promise<void> => {
      const { nc } = connection.current ?? (await this.#handle());
      nc.publish(`$JS.API.STREAM.MSG.DELETE.${stream}`, request);
    };
    connection.turn
      .end()
      .then(send)
      .catch(() => undefined);
  }

  async putValue(key: string, value: string): Promise<void> {
    await this.#values((bucket) => bucket.put(key, value));
  }

  async getValue(key: string): Promise<string | null> {
    const entry = await this.#values((bucket) => bucket.get(key));
    return entry && entry.operation === 'PUT' ? entry.string() : null;
  }

  provision(): Promise<void> {
    return this.#provisioner.ensure(this.settings);
  }

  /** Makes the stream and the bucket of values, as an administrator does. */
  async provisionAll(): Promise<Provisioned> {
    await this.#values(() => Promise.resolve());
    return ensureStream(this.#options.connection, this.settings);
  }

  /** None where nothing is left: what was written last may have expired or been removed. */
  #read(query: { seq: number; batch: number; next_by_subj: string }): Promise<StoredRecord[]> {
    return this.#use(async ({ jsm }) => {
      const found: StoredRecord[] = [];
      try {
        for await (const { subject, seq, data, time } of await jsm.direct.getBatch(
          this.#options.stream,
          query,
        ))
          found.push(this.recordOf(subject, seq, data, time));
      } catch (error) {
        if (!isNothingThere(error)) throw error;
      }
      return found;
    });
  }

  #batched({ id, part, payload, publishAt }: BatchMessage, isFirst: boolean): Batched {
    const how = { ...(isFirst && { after: 0 }), ...(publishAt && { publishAt }) };
    const headers = this.#headersOf(id, how);
    return { subject: recordSubject(this.#options.root, id, part), payload, headers };
  }

  /** How a message is written, in the words of the server. */
  #headersOf(id: string, { after, ttlSeconds, publishAt, takeBack }: Partial<RecordWrite>) {
    const subjectOf = (part: string): string => recordSubject(this.#options.root, id, part);
    return {
      ...(after !== undefined && {
        'Nats-Expected-Last-Subject-Sequence': String(after),
        'Nats-Expected-Last-Subject-Sequence-Subject': subjectOf('>'),
      }),
      ...(ttlSeconds !== undefined && { 'Nats-TTL': `${ttlSeconds}s` }),
      ...(publishAt && {
        'Nats-Schedule': `@at ${publishAt.time.toISOString()}`,
        'Nats-Schedule-Target': subjectOf(publishAt.part),
      }),
      ...(takeBack !== undefined && {
        'Nats-Scheduler': subjectOf(takeBack),
        'Nats-Schedule-Next': 'purge',
      }),
    };
  }

  #values<T>(work: Parameters<typeof openBucket<T>>[3]): Promise<T> {
    const { connection, values, valuesTtlMs: ttl } = this.#options;
    return connection.use((handle) => openBucket(handle, values, { ttl }, work));
  }

  /** As soon as there is a connection. */
  #handle(): Promise<JetStreamHandle> {
    return this.#options.connection.use((handle) => Promise.resolve(handle));
  }

  async #use<T>(work: (handle: JetStreamHandle) => Promise<T>): Promise<T> {
    await this.provision();
    return this.#options.connection.use(work);
  }
}
