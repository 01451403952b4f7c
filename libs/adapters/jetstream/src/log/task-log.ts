import {
  type ContentBundle,
  CONTENTS_HEADER,
  type LogDescription,
  LogConflictError,
  LogFullError,
  type LogMessage,
  type LogPayload,
  type LogPlace,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import { UnavailableError } from '@nestjs-spark/contracts';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { AckInbox } from '../connect/ack-inbox.ts';
import type { JetStreamConnection, JetStreamHandle } from '../connect/connection.ts';
import { apiCode, ApiCode, isStreamNotFound, isWrongLastSequence } from '../connect/failures.ts';
import { type BigPayloads, OBJECT_HEADER } from './big-payloads.ts';
import { JetStreamContents } from './contents.ts';
import { fromHeaders, headerBytes } from './headers.ts';
import { readMessages } from './read-messages.ts';

export interface TaskLogParts {
  connection: JetStreamConnection;
  log: Logger;
  big: BigPayloads;
  /** Called when the route's stream turns out to be missing. */
  missing(): void;
}

/** One task's subject in its route's stream. The expected sequence of each append fences off a second writer. */
export class JetStreamTaskLog implements TaskLog {
  readonly #connection: JetStreamConnection;
  readonly #parts: TaskLogParts;
  readonly #stream: string;
  readonly #subject: string;

  constructor(parts: TaskLogParts, { stream, subject }: LogPlace) {
    this.#parts = parts;
    this.#connection = parts.connection;
    this.#stream = stream;
    this.#subject = subject;
  }

  async describe(): Promise<LogDescription | null> {
    const info = await this.#whenThere(({ jsm }) => jsm.streams.info(this.#stream));
    return info && { created: info.created, lastSequence: info.state.last_seq };
  }

  async tail(): Promise<LogMessage | null> {
    const last = await this.#last();
    if (!last) return null;
    return this.#resolve(last.seq, fromHeaders(last.header), last.data);
  }

  async first(sequence: number): Promise<LogMessage | null> {
    const found = await this.#next(sequence);
    return found && this.#resolve(found.seq, fromHeaders(found.header), found.data);
  }

  async append(message: LogPayload, afterSequence: number): Promise<number> {
    const { maxPayload } = await this.#connection.use((handle) => Promise.resolve(handle));
    const fits = message.payload.length + headerBytes(message.headers) <= maxPayload;
    if (fits) return this.#publish(message, afterSequence);
    const object = await this.#storeApart(message.payload, afterSequence);
    const headers = { ...message.headers, [OBJECT_HEADER]: object };
    try {
      return await this.#publish({ headers, payload: new Uint8Array() }, afterSequence);
    } catch (error) {
      // After a timeout the message may exist and need it; otherwise `trim` removes it.
      const certain = error instanceof LogConflictError || error instanceof LogFullError;
      if (certain) await this.#parts.big.remove(object).catch(() => undefined);
      throw error;
    }
  }

  async *read(sequence: number, signal: AbortSignal): AsyncGenerator<LogMessage> {
    const request = { stream: this.#stream, subjects: this.#subject, from: sequence };
    for await (const stored of this.#disturbances(readMessages(this.#connection, request, signal))) {
      const message = await this.#resolve(stored.seq, fromHeaders(stored.headers), stored.data);
      if (signal.aborted) return;
      yield message;
    }
  }

  contents(afterSequence: number): ContentBundle {
    return new JetStreamContents(this.#parts.big, this.#subject, afterSequence);
  }

  openContent(name: string): Promise<AsyncIterable<Uint8Array> | null> {
    return this.#parts.big.open(name);
  }

  async trim(sequence: number): Promise<void> {
    const last = await this.#last();
    if (!last) return;
    const from = Math.min(sequence, last.seq);
    await this.#whenThere(({ jsm }) => jsm.streams.purge(this.#stream, { filter: this.#subject, seq: from }));
    await this.#parts.big.trim(this.#subject, from, () => this.#objectsOf(from));
  }

  /** The prefix of the names of the objects that the task's first message at or after `sequence` needs. */
  async #objectsOf(sequence: number): Promise<string[]> {
    const message = await this.#next(sequence);
    const headers = message ? fromHeaders(message.header) : {};
    return [headers[OBJECT_HEADER], headers[CONTENTS_HEADER]].filter((name) => name !== undefined);
  }

  #next(sequence: number) {
    const query = { seq: Math.max(1, sequence), next_by_subj: this.#subject };
    return this.#whenThere(({ jsm }) => jsm.direct.getMessage(this.#stream, query));
  }

  #last() {
    return this.#whenThere(({ jsm }) =>
      jsm.streams.getMessage(this.#stream, { last_by_subj: this.#subject }),
    );
  }

  async #publish(message: LogPayload, afterSequence: number): Promise<number> {
    const headers = {
      ...message.headers,
      'Nats-Expected-Stream': this.#stream,
      'Nats-Expected-Last-Subject-Sequence': String(afterSequence),
    };
    return this.#connection.use(async (handle) => {
      try {
        const inbox = AckInbox.of(handle, this.#connection);
        return await inbox.publish(this.#subject, message.payload, headers);
      } catch (error) {
        throw this.#refusal(error);
      }
    });
  }

  async #storeApart(payload: Uint8Array, afterSequence: number): Promise<string> {
    try {
      return await this.#parts.big.store(this.#subject, afterSequence, payload);
    } catch (error) {
      const full = error instanceof Error && apiCode(error.cause) === ApiCode.storeFailed;
      throw full ? new LogFullError(this.#subject, { cause: error }) : error;
    }
  }

  #refusal(error: unknown): unknown {
    const options = { cause: error };
    if (isWrongLastSequence(error)) return new LogConflictError(this.#subject, options);
    if (apiCode(error) === ApiCode.storeFailed) return new LogFullError(this.#subject, options);
    return error;
  }

  async #resolve(sequence: number, headers: Record<string, string>, data: Uint8Array): Promise<LogMessage> {
    const { [OBJECT_HEADER]: object, ...rest } = headers;
    if (!object) return { sequence, headers, payload: data };
    return { sequence, headers: rest, payload: await this.#parts.big.load(object) };
  }

  async *#disturbances<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* messages;
    } catch (error) {
      if (!isStreamNotFound(error)) throw error;
      throw new UnavailableError(`Stream ${this.#stream} was deleted while it was read`, { cause: error });
    }
  }

  async #whenThere<T>(work: (handle: JetStreamHandle) => Promise<T>): Promise<T | null> {
    try {
      return await this.#connection.use(work);
    } catch (error) {
      if (!isStreamNotFound(error)) throw error;
      this.#parts.missing();
      return null;
    }
  }
}
