import { Injectable } from '@nestjs/common';
import { COMMANDS_STREAM } from '@nestjs-spark/contracts/internal';
import { COMMANDS, DeadLetterStore, ensureStream, lastMessage } from '@nestjs-spark/jetstream/internal';
import { BusInUse } from '../connect/bus-in-use.ts';
import type { CommandBus } from './command-bus.ts';

/** Commands in `SPARK_COMMANDS`, where a newer one on the same subject replaces an older one. */
@Injectable()
export class JetStreamCommandBus implements CommandBus {
  constructor(
    private readonly inUse: BusInUse,
    private readonly letters: DeadLetterStore,
  ) {}

  async send(subject: string, command: object): Promise<void> {
    const { connection } = this.inUse.bus;
    await ensureStream(connection, COMMANDS);
    // Names the stream, so that storage by another stream that captures all subjects does not count.
    const expect = { streamName: COMMANDS_STREAM };
    await connection.use(({ js }) => js.publish(subject, JSON.stringify(command), { expect }));
  }

  async last(subject: string): Promise<unknown> {
    const message = await lastMessage(this.inUse.bus.connection, COMMANDS_STREAM, subject);
    try {
      return message?.json<unknown>() ?? null;
    } catch {
      // Not a command of this module: it counts as none.
      return null;
    }
  }

  async dropDeadLetters(subject: string): Promise<number> {
    const letters = await this.letters.list(subject);
    const removed = await Promise.all(letters.map(({ id }) => this.letters.remove(id)));
    return removed.filter((one) => one).length;
  }
}
