import { UnavailableError } from '@nestjs-spark/contracts';
import { CONTROL_STREAM, type ControlBoard } from '@nestjs-spark/contracts/internal';
import { type Logger, messageOf, pause } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isStreamNotFound } from '../connect/failures.ts';
import { RETRY_MS } from '../connect/retry-policy.ts';
import { readMessages } from '../log/read-messages.ts';
import { Provisioner } from '../provision/provisioner.ts';
import { CONTROL } from '../provision/streams.ts';

/** The last value of each subject in `SPARK_CONTROL`, as JSON. Makes the stream when it is not there. */
export class JetStreamControlBoard implements ControlBoard {
  readonly #connection: JetStreamConnection;
  readonly #log: Logger;
  readonly #provisioner: Provisioner;

  constructor(connection: JetStreamConnection, log: Logger) {
    this.#connection = connection;
    this.#log = log;
    this.#provisioner = new Provisioner(connection);
  }

  async publish<T extends object>(subject: string, value: T): Promise<void> {
    await this.#provisioner.ensure(CONTROL);
    try {
      await this.#connection.use(({ js }) => js.publish(subject, JSON.stringify(value)));
    } catch (error) {
      this.#provisioner.forget(CONTROL_STREAM);
      throw error;
    }
  }

  async last<T extends object>(subject: string): Promise<T | null> {
    try {
      const read = { last_by_subj: subject };
      const message = await this.#connection.use(({ jsm }) => jsm.streams.getMessage(CONTROL_STREAM, read));
      return message && message.json<T>();
    } catch (error) {
      if (isStreamNotFound(error)) return null;
      throw error;
    }
  }

  async *watch<T extends object>(
    subjects: string | string[],
    signal: AbortSignal,
    from: 'last' | 'new' = 'last',
  ): AsyncGenerator<{ subject: string; value: T }> {
    const seen = { created: '', sequence: 0 };
    const begin = from === 'new' ? 'new' : 'last-per-subject';
    const request = { stream: CONTROL_STREAM, subjects, from: begin } as const;
    while (!signal.aborted) {
      try {
        await this.#connection.ready(signal);
        await this.#provisioner.ensure(CONTROL);
        const { created } = await this.#connection.use(({ jsm }) => jsm.streams.info(CONTROL_STREAM));
        if (created !== seen.created) Object.assign(seen, { created, sequence: 0 });
        for await (const message of readMessages(this.#connection, request, signal)) {
          if (message.seq <= seen.sequence) continue;
          seen.sequence = message.seq;
          const value = this.#parse<T>(message.subject, message.data);
          if (value) yield { subject: message.subject, value };
        }
      } catch (error) {
        if (signal.aborted) return;
        this.#provisioner.forget(CONTROL_STREAM);
        this.#log.debug(`${String(subjects)}: watching again, ${messageOf(error)}`);
        if (!(error instanceof UnavailableError || isStreamNotFound(error))) throw error;
        await pause(RETRY_MS, signal);
      }
    }
  }

  /** What is not JSON was not written by Spark and must not end the watching. */
  #parse<T>(subject: string, data: Uint8Array): T | null {
    try {
      return JSON.parse(new TextDecoder().decode(data)) as T;
    } catch (error) {
      this.#log.error(`${subject}: a value that is not JSON was skipped`, error);
      return null;
    }
  }
}
