import { UnavailableError } from '@nestjs-spark/contracts';
import type { LogDescription, LogPayload, LogStream } from '@nestjs-spark/contracts/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isStreamNotFound } from '../connect/failures.ts';
import { Provisioner } from '../provision/provisioner.ts';
import { sharedLogSettings } from '../provision/streams.ts';
import { BigPayloads, OBJECT_HEADER } from './big-payloads.ts';
import { fromHeaders } from './headers.ts';
import { readMessages } from './read-messages.ts';
import { JetStreamTaskLog } from './task-log.ts';

/** A message of a shared log. */
export interface SharedLogMessage {
  sequence: number;
  /** The last token of its subject. */
  writer: string;
  headers: Record<string, string>;
  /** Null when it was stored separately and is gone, although the log still has the message. */
  payload: Uint8Array | null;
  /** When the server stored it, in milliseconds since 1970. */
  storedAt: number;
  /** How many messages followed it when the server sent it. */
  left: number;
}

/** The log's state at a moment. */
export interface SharedLogState extends LogDescription {
  /** The first existing message; after the last one when there is none. */
  firstSequence: number;
}

export interface SharedLogOptions {
  connection: JetStreamConnection;
  log: Logger;
  stream: LogStream;
  /** What JetStream reserves for it; less than configured if JetStream had less room left. */
  maxBytes: number;
}

/**
 * One stream with a subject for each writer, read by everyone in its single order. It keeps everything, and refuses what exceeds
 * its limit.
 */
export class JetStreamSharedLog {
  readonly #options: SharedLogOptions;
  readonly #provisioner: Provisioner;
  readonly #big: BigPayloads;
  readonly #prefix: string;

  constructor(options: SharedLogOptions) {
    this.#options = options;
    this.#provisioner = new Provisioner(options.connection);
    this.#big = new BigPayloads(options.connection, options.stream.name);
    this.#prefix = options.stream.subjects.slice(0, -1);
  }

  /** Resolves when the server can be reached, however long that takes. @throws {UnavailableError} when aborted before then */
  async reach(signal: AbortSignal): Promise<void> {
    await this.#options.connection.ready(signal);
  }

  /** @throws {StreamMismatchError} when a stream for something else has this name */
  provision(): Promise<void> {
    const { stream, maxBytes } = this.#options;
    return this.#provisioner.ensure(sharedLogSettings(stream, maxBytes), () => this.#big.clear());
  }

  /** The log's current state; null when it does not exist. */
  async describe(): Promise<SharedLogState | null> {
    const { connection, stream } = this.#options;
    try {
      const { created, state } = await connection.use(({ jsm }) => jsm.streams.info(stream.name));
      return { created, firstSequence: state.first_seq, lastSequence: state.last_seq };
    } catch (error) {
      if (!isStreamNotFound(error)) throw error;
      this.#provisioner.forget(stream.name);
      return null;
    }
  }

  /** When a message was stored, in milliseconds since 1970; null when the log does not have it. */
  async timeOf(sequence: number): Promise<number | null> {
    const { connection, stream } = this.#options;
    const message = await connection.use(({ jsm }) => jsm.streams.getMessage(stream.name, { seq: sequence }));
    return message?.time.getTime() ?? null;
  }

  /** The sequence of a writer's last existing message; 0 for none. */
  async tailOf(writer: string): Promise<number> {
    return (await this.#writer(writer).tail())?.sequence ?? 0;
  }

  /**
   * Appends after the writer's message `afterSequence` (0: it has none).
   * @returns the new sequence
   * @throws {LogConflictError} when another message is the writer's last
   * @throws {LogFullError} when the log is at its limit
   * @throws {UnavailableError} when it is unknown whether the message was stored
   */
  append(writer: string, message: LogPayload, afterSequence: number): Promise<number> {
    return this.#writer(writer).append(message, afterSequence);
  }

  /**
   * All writers' messages from `sequence` on, then new ones, until aborted. @throws {UnavailableError} when the connection breaks
   */
  async *read(sequence: number, signal: AbortSignal): AsyncGenerator<SharedLogMessage> {
    const { connection, stream } = this.#options;
    try {
      const request = { stream: stream.name, subjects: stream.subjects, from: sequence };
      for await (const message of readMessages(connection, request, signal)) {
        const { [OBJECT_HEADER]: object, ...headers } = fromHeaders(message.headers);
        yield {
          sequence: message.seq,
          writer: message.subject.slice(this.#prefix.length),
          headers,
          payload: object ? await this.#load(object, message.seq) : message.data,
          storedAt: message.time.getTime(),
          left: message.info.pending,
        };
      }
    } catch (error) {
      if (!isStreamNotFound(error)) throw error;
      this.#provisioner.forget(stream.name);
      throw new UnavailableError(`Stream ${stream.name} does not exist`, { cause: error });
    }
  }

  /** Removes a writer's messages below `sequence`, and what belongs to them; its last one stays, as its fence. */
  trim(writer: string, sequence: number): Promise<void> {
    return this.#writer(writer).trim(sequence);
  }

  /** Stores an object beside the log; it is removed with the log. */
  storeObject(name: string, content: AsyncIterable<Uint8Array>): Promise<void> {
    return this.#big.storeStream(name, content);
  }

  /** Null when it does not exist or is damaged. */
  loadObject(name: string): Promise<Uint8Array | null> {
    return this.#big.load(name);
  }

  /** The names of objects with this prefix. */
  async listObjects(prefix: string): Promise<string[]> {
    return (await this.#big.list(prefix)).map(({ name }) => name);
  }

  removeObject(name: string): Promise<void> {
    return this.#big.remove(name);
  }

  /** An object is removed after its message: a reader that comes too late must not take the message for one without content. */
  async #load(object: string, sequence: number): Promise<Uint8Array | null> {
    const payload = await this.#big.load(object);
    if (payload !== null) return payload;
    if ((await this.timeOf(sequence)) !== null) return null;
    const { name } = this.#options.stream;
    throw new UnavailableError(`Message ${sequence} of ${name} was removed while it was read`);
  }

  #writer(name: string): JetStreamTaskLog {
    const { connection, log, stream } = this.#options;
    const missing = () => this.#provisioner.forget(stream.name);
    const place = { stream: stream.name, subject: `${this.#prefix}${name}` };
    return new JetStreamTaskLog({ connection, log, big: this.#big, missing }, place);
  }
}
