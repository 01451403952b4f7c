import type { TaskKey } from '@nestjs-spark/contracts';
import { type ChangeLog, routeStream, type TaskLog } from '@nestjs-spark/contracts/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { Provisioner } from '../provision/provisioner.ts';
import { type RouteLimits, routeSettings } from '../provision/streams.ts';
import { BigPayloads } from './big-payloads.ts';
import { JetStreamTaskLog } from './task-log.ts';

export interface JetStreamChangeLogOptions {
  connection: JetStreamConnection;
  log: Logger;
  limits?: RouteLimits;
}

/** Change logs as JetStream streams, one per route, one subject per task. */
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
   * @throws {StreamMismatchError} when another route has the stream's name
   */
  async provision(owner: string, requester: string): Promise<void> {
    const settings = routeSettings(owner, requester, this.#options.limits);
    await this.#provisioner.ensure(settings, () => this.#bigOf(settings.name).clear());
  }

  open(task: TaskKey): TaskLog {
    const stream = routeStream(task.owner, task.requester);
    const { connection, log } = this.#options;
    const missing = () => this.#provisioner.forget(stream);
    return new JetStreamTaskLog({ connection, log, big: this.#bigOf(stream), missing }, task);
  }

  #bigOf(stream: string): BigPayloads {
    const known = this.#big.get(stream) ?? new BigPayloads(this.#options.connection, stream);
    this.#big.set(stream, known);
    return known;
  }
}
