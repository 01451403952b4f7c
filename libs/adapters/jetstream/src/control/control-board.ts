import { performance } from 'node:perf_hooks';
import { UnavailableError } from '@nestjs-spark/contracts';
import { CONTROL_STREAM, type ControlBoard } from '@nestjs-spark/contracts/internal';
import { type Guard, type Logger, messageOf, pause, Repeats } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isStreamNotFound } from '../connect/failures.ts';
import { RETRY_MS } from '../connect/retry-policy.ts';
import { readMessages } from '../log/read-messages.ts';
import { Provisioner } from '../provision/provisioner.ts';
import { CONTROL } from '../provision/streams.ts';

const BETWEEN_WARNINGS_MS = 60_000;

/** The last value of each subject in `SPARK_CONTROL`, as JSON. Creates the stream if it is missing. */
export class JetStreamControlBoard implements ControlBoard {
  readonly #connection: JetStreamConnection;
  readonly #log: Logger;
  readonly #provisioner: Provisioner;
  readonly #odd = new Repeats(BETWEEN_WARNINGS_MS);

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

  async last<T extends object>(subject: string, fits: Guard<T>): Promise<T | null> {
    try {
      const read = { last_by_subj: subject };
      const message = await this.#connection.use(({ jsm }) => jsm.streams.getMessage(CONTROL_STREAM, read));
      return message && this.#read(subject, message.data, fits);
    } catch (error) {
      if (isStreamNotFound(error)) return null;
      throw error;
    }
  }

  async *watch<T extends object>(
    subjects: string | string[],
    fits: Guard<T>,
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
        const { created, state } = await this.#connection.use(({ jsm }) => jsm.streams.info(CONTROL_STREAM));
        // A stream that was restored from a backup is as old as before, and numbers its next messages as those that it lost.
        const isSame = created === seen.created && state.last_seq >= seen.sequence;
        if (!isSame) Object.assign(seen, { created, sequence: 0 });
        for await (const message of readMessages(this.#connection, request, signal)) {
          if (message.seq <= seen.sequence) continue;
          seen.sequence = message.seq;
          const value = this.#read(message.subject, message.data, fits);
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

  /** A value that Spark would not have written is ignored, and must not end the watch. */
  #read<T>(subject: string, data: Uint8Array, fits: Guard<T>): T | null {
    const value = parse(data);
    if (fits(value)) return value;
    const leftOut = this.#odd.leftOut(subject, performance.now());
    if (leftOut !== null) this.#log.warn(`${subject}: ignored a value that Spark would not have written`);
    return null;
  }
}

/** Null for anything but JSON. */
function parse(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return null;
  }
}
