import type { ChangeLog, LogPlace, LogStream, TaskLog } from '@nestjs-spark/contracts/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { Provisioner } from '../provision/provisioner.ts';
import { type LogLimits, logSettings } from '../provision/streams.ts';
import { BigPayloads } from './big-payloads.ts';
import { JetStreamTaskLog } from './task-log.ts';

export interface JetStreamChangeLogOptions {
  connection: JetStreamConnection;
  log: Logger;
  limits?: LogLimits;
}

/** Change logs as JetStream streams, one subject per log. */
export class JetStreamChangeLog implements ChangeLog {
  readonly #options: JetStreamChangeLogOptions;
  readonly #provisioner: Provisioner;
  readonly #big = new Map<string, BigPayloads>();

  constructor(options: JetStreamChangeLogOptions) {
    this.#options = options;
    this.#provisioner = new Provisioner(options.connection);
  }

  /**
   * Asks the server once per connection, and again after `describe` found no stream.
   * @throws {StreamMismatchError} when a stream for something else has this name
   */
  async provision(stream: LogStream): Promise<void> {
    const settings = logSettings(stream, this.#options.limits);
    await this.#provisioner.ensure(settings, () => this.#bigOf(settings.name).clear());
  }

  open(place: LogPlace): TaskLog {
    const { stream } = place;
    const { connection, log } = this.#options;
    const missing = () => this.#provisioner.forget(stream);
    return new JetStreamTaskLog({ connection, log, big: this.#bigOf(stream), missing }, place);
  }

  #bigOf(stream: string): BigPayloads {
    const known = this.#big.get(stream) ?? new BigPayloads(this.#options.connection, stream);
    this.#big.set(stream, known);
    return known;
  }
}
