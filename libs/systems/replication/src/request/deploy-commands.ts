import { Inject, Injectable } from '@nestjs/common';
import { deployCommandSubjects } from '@nestjs-spark/contracts/internal';
import { PermanentError } from '@nestjs-spark/jetstream';
import { COMMANDS, DurableConsumer, type DurableMessage } from '@nestjs-spark/jetstream/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { BusInUse } from '../connect/bus-in-use.ts';
import { DEPLOY_COMMANDS } from '../connect/bus-grants.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { DeployHandler } from './deploy-handler.ts';

/** Delivers this module's deployment commands to the handler; across all instances of the module, they are handled one at a time. */
@Injectable()
export class DeployCommands {
  private readonly consumer: DurableConsumer;

  constructor(
    @Inject(REPLICATION_SETTINGS) settings: ReplicationSettings,
    { bus }: BusInUse,
    handler: DeployHandler,
  ) {
    const { moduleName } = settings;
    this.consumer = new DurableConsumer({
      connection: bus.connection,
      log: logFor('Commands'),
      module: moduleName,
      name: DEPLOY_COMMANDS,
      stream: COMMANDS,
      subjects: deployCommandSubjects(moduleName),
      retry: {
        get delaysSeconds() {
          return settings.retrySeconds;
        },
      },
      handler: (message, signal) => handler.handle(readJson(message), message, signal),
    });
  }

  /** Starts in the background and waits for the bus as long as it takes. */
  start(): void {
    this.consumer.start();
  }

  /** Waits for the command in progress. */
  stop(): Promise<void> {
    return this.consumer.stop();
  }
}

function readJson(message: DurableMessage): unknown {
  try {
    return message.json<unknown>();
  } catch (error) {
    throw new PermanentError('This is not a deployment command', { cause: error });
  }
}
