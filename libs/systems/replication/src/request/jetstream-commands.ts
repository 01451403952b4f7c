import { COMMANDS_STREAM, deployCommandSubjects } from '@nestjs-spark/contracts/internal';
import {
  COMMANDS,
  DurableConsumer,
  ensureStream,
  hasMessage,
  type DeadLetterStore,
  type DurableMessage,
  type JetStreamConnection,
} from '@nestjs-spark/jetstream/internal';
import { PermanentError } from '@nestjs-spark/jetstream';
import type { Logger } from '@nestjs-spark/foundation/internal';
import type { CommandBus, CommandHandling } from './command-bus.ts';
import type { DeployHandler } from './deploy-handler.ts';

/** Commands in `SPARK_COMMANDS`, where the newest of a subject takes the place of an older one. */
export class JetStreamCommandBus implements CommandBus {
  private readonly connection: JetStreamConnection;
  private readonly letters: DeadLetterStore;

  constructor(connection: JetStreamConnection, letters: DeadLetterStore) {
    this.connection = connection;
    this.letters = letters;
  }

  async send(subject: string, command: object): Promise<void> {
    await ensureStream(this.connection, COMMANDS);
    // Named, so that a command is never taken for stored by some other stream that listens to everything.
    const expect = { streamName: COMMANDS_STREAM };
    await this.connection.use(({ js }) => js.publish(subject, JSON.stringify(command), { expect }));
  }

  holds(subject: string): Promise<boolean> {
    return hasMessage(this.connection, COMMANDS_STREAM, subject);
  }

  async dropDeadLetters(subject: string): Promise<number> {
    const letters = await this.letters.list(subject);
    const removed = await Promise.all(letters.map(({ id }) => this.letters.remove(id)));
    return removed.filter((one) => one).length;
  }
}

export interface DeployCommandsOptions {
  connection: JetStreamConnection;
  /** This module. */
  module: string;
  handler: DeployHandler;
  retrySeconds: readonly number[];
  log: Logger;
}

/** Brings this module's deployment commands to the handler, one instance of the module at a time for each. */
export function deployCommands(options: DeployCommandsOptions): CommandHandling {
  const { connection, module, handler, retrySeconds, log } = options;
  return new DurableConsumer({
    connection,
    log,
    module,
    name: 'deploy-etl',
    stream: COMMANDS,
    subjects: deployCommandSubjects(module),
    retry: { delaysSeconds: retrySeconds },
    handler: (message, signal) => handler.handle(readJson(message), message, signal),
  });
}

function readJson(message: DurableMessage): unknown {
  try {
    return message.json<unknown>();
  } catch (error) {
    throw new PermanentError('This is no deployment command', { cause: error });
  }
}
