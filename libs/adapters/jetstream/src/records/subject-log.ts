import { UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import { JetStreamError } from '@nats-io/jetstream';
import type { JetStreamConnection, JetStreamHandle } from '../connect/connection.ts';
import { isStreamNotFound, isWrongLastSequence } from '../connect/failures.ts';
import { readMessages } from '../log/read-messages.ts';
import { ensureStream, type Provisioned } from '../provision/ensure-stream.ts';
import type { StreamSettings } from '../provision/plan-stream.ts';
import { Provisioner } from '../provision/provisioner.ts';
import { subjectLogSettings } from '../provision/streams.ts';
import { placeFromEnd } from './place-from-end.ts';
import { batchNotStored, publishBatch } from './publish-batch.ts';

/** A stream in which every subject is a log of its own. */
export interface SubjectLogOptions {
  connection: JetStreamConnection;
  stream: string;
  /** Prefix of the subjects. */
  root: string;
  description: string;
  /** How many messages are kept per subject; -1: all. */
  keep: number;
  /** How long messages are kept. Default: forever. */
  keepMs?: number;
}

/** A message as stored. */
export interface LoggedMessage {
  /** Without the root. */
  subject: string;
  /** In the whole stream. */
  sequence: number;
  payload: Uint8Array;
}

const PAGE = 512;

/** Appends after a known sequence, so that a late writer is refused. */
export class SubjectLog {
  readonly #options: SubjectLogOptions;
  readonly #settings: StreamSettings;
  readonly #provisioner: Provisioner;

  constructor(options: SubjectLogOptions) {
    const { connection, stream, root, description, keep, keepMs } = options;
    this.#options = options;
    this.#provisioner = new Provisioner(connection);
    this.#settings = subjectLogSettings({ name: stream, subjects: `${root}.>`, description }, keep, keepMs);
  }

  /** Creates the stream, or updates its settings. */
  provision(): Promise<Provisioned> {
    return ensureStream(this.#options.connection, this.#settings);
  }

  /**
   * Appends messages to a subject, atomically.
   * @param after the sequence of the subject's last known message; 0: it has none; null: any
   * @returns the sequence of the last one
   * @throws {VersionConflictError} when the subject has later ones
   */
  async append(subject: string, payloads: readonly Uint8Array[], after: number | null): Promise<number> {
    const [payload] = payloads;
    if (!payload) return after ?? 0;
    if (payloads.length > 1) return this.#appendTogether(subject, payloads, after ?? 0);
    const expect = after === null ? {} : { expect: { lastSubjectSequence: after } };
    return this.#use(async ({ js }) => {
      try {
        return (await js.publish(this.#full(subject), payload, expect)).seq;
      } catch (error) {
        throw isWrongLastSequence(error) ? new VersionConflictError(subject, { cause: error }) : error;
      }
    });
  }

  async last(subject: string): Promise<LoggedMessage | null> {
    const { stream } = this.#options;
    const found = await this.#use(({ jsm }) =>
      jsm.streams.getMessage(stream, { last_by_subj: this.#full(subject) }),
    );
    return found && this.#logged(found.subject, found.seq, found.data);
  }

  /** All messages after a sequence, of a subject or of those matching a pattern, in order. */
  async read(subject: string, after = 0): Promise<LoggedMessage[]> {
    const found: LoggedMessage[] = [];
    for (let from = after + 1; ;) {
      const { messages } = await this.#readSome(subject, from, PAGE);
      found.push(...messages);
      const last = messages.at(-1);
      if (!last || messages.length < PAGE) return found;
      from = last.sequence + 1;
    }
  }

  /**
   * A page of messages of a subject or of those matching a pattern, in order, after the first `skip`, which are read but not
   * held; and the total number.
   */
  async page(
    subject: string,
    skip: number,
    take: number,
  ): Promise<{ messages: LoggedMessage[]; total: number }> {
    const found: LoggedMessage[] = [];
    let total: number | null = null;
    let left = skip;
    for (let from = 1; ;) {
      const asked = Math.min(PAGE, left + take - found.length);
      const { messages, pending } = await this.#readSome(subject, from, asked);
      total ??= messages.length === 0 ? 0 : pending + 1;
      found.push(...messages.slice(left));
      left = Math.max(0, left - messages.length);
      const last = messages.at(-1);
      if (!last || messages.length < asked || found.length >= take) return { messages: found, total };
      from = last.sequence + 1;
    }
  }

  /** The newest messages of a subject first, after the first `skip`; and the total number. */
  async newest(
    subject: string,
    skip: number,
    take: number,
  ): Promise<{ messages: LoggedMessage[]; total: number }> {
    const countFrom = async (from: number): Promise<number> => {
      const { messages, pending } = await this.#readSome(subject, from, 1);
      return messages.length === 0 ? 0 : pending + 1;
    };
    const total = await countFrom(1);
    const asked = Math.min(take, total - skip);
    if (asked <= 0) return { messages: [], total };
    let from = await placeFromEnd(skip + asked, await this.lastSequence(), countFrom);
    const found: LoggedMessage[] = [];
    while (found.length < asked) {
      const { messages } = await this.#readSome(subject, from, Math.min(PAGE, asked - found.length));
      const last = messages.at(-1);
      if (!last) break;
      found.push(...messages);
      from = last.sequence + 1;
    }
    return { messages: found.toReversed(), total };
  }

  /** Names the stream as it was created: one that was lost and created again has another name. */
  async origin(): Promise<string> {
    const { created } = await this.#use(({ jsm }) => jsm.streams.info(this.#options.stream));
    return String(created);
  }

  async lastSequence(): Promise<number> {
    const { state } = await this.#use(({ jsm }) => jsm.streams.info(this.#options.stream));
    return state.last_seq;
  }

  /**
   * The messages after a sequence, or the last one of each subject, then new ones; see `readMessages`.
   * @param pattern only of this subject, or of those matching it
   */
  async *follow(
    from: number | 'last-per-subject',
    signal: AbortSignal,
    pattern = '>',
  ): AsyncGenerator<LoggedMessage> {
    const { connection, stream } = this.#options;
    await this.#provisioner.ensure(this.#settings);
    const request = {
      stream,
      subjects: this.#full(pattern),
      from: from === 'last-per-subject' ? from : from + 1,
    };
    for await (const { subject, seq, data } of readMessages(connection, request, signal))
      yield this.#logged(subject, seq, data);
  }

  /** At most `most` messages from a sequence on, and how many follow the first one. */
  async #readSome(subject: string, from: number, most: number) {
    const { stream } = this.#options;
    return this.#use(async ({ jsm }) => {
      const messages: LoggedMessage[] = [];
      let pending = 0;
      const query = { seq: from, batch: most, next_by_subj: this.#full(subject) };
      try {
        for await (const one of await jsm.direct.getBatch(stream, query)) {
          if (messages.length === 0) pending = one.pending;
          messages.push(this.#logged(one.subject, one.seq, one.data));
        }
      } catch (error) {
        if (!isNothingThere(error)) throw error;
      }
      return { messages, pending };
    });
  }

  async remove(sequence: number): Promise<void> {
    await this.#use(({ jsm }) => jsm.streams.deleteMessage(this.#options.stream, sequence, false));
  }

  async #appendTogether(subject: string, payloads: readonly Uint8Array[], after: number): Promise<number> {
    const full = this.#full(subject);
    const messages = payloads.map((payload, index) => ({
      subject: full,
      payload,
      ...(index === 0 && { headers: { 'Nats-Expected-Last-Subject-Sequence': String(after) } }),
    }));
    const answer = await this.#use(({ nc }) => publishBatch(nc, messages));
    if (answer.sequence !== null) return answer.sequence;
    if (((await this.last(subject))?.sequence ?? 0) !== after) throw new VersionConflictError(subject);
    throw batchNotStored(answer);
  }

  async #use<T>(work: (handle: JetStreamHandle) => Promise<T>): Promise<T> {
    await this.#provisioner.ensure(this.#settings);
    try {
      return await this.#options.connection.use(work);
    } catch (error) {
      // A deleted stream is recreated for subsequent messages.
      if (error instanceof UnavailableError || isStreamNotFound(error))
        this.#provisioner.forget(this.#options.stream);
      throw error;
    }
  }

  #full(subject: string): string {
    return `${this.#options.root}.${subject}`;
  }

  #logged(full: string, sequence: number, payload: Uint8Array): LoggedMessage {
    return { subject: full.slice(this.#options.root.length + 1), sequence, payload };
  }
}

/** The client throws for an empty batch. */
export function isNothingThere(error: unknown): boolean {
  return error instanceof JetStreamError && error.message === 'message not found';
}
