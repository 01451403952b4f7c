import type { TaskKey, WitnessRecord } from '@nestjs-spark/contracts/internal';
import { describeTask } from '@nestjs-spark/contracts';
import type { SourceAnswer, SourceInquiry } from '@nestjs-spark/streaming/internal';
import type { ModuleClient } from '@nestjs-spark/modules/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { askOwnerAgain } from './ask-owner-again.ts';

const TIMEOUT_MS = 5_000;

/** Asks the owner how far its database is: `GET /spark/replication/source/{task}`. */
export class OwnerSourceInquiry implements SourceInquiry {
  private readonly client: ModuleClient;
  private readonly log: Logger;

  constructor(client: ModuleClient, log: Logger) {
    this.client = client;
    this.log = log;
  }

  async ask(task: TaskKey): Promise<SourceAnswer> {
    try {
      const answer = await this.client.call({
        module: task.owner,
        method: 'GET',
        path: `/spark/replication/source/${task.name}`,
        timeoutMs: TIMEOUT_MS,
      });
      if (answer.kind === 'answered' && answer.status === 200) return readEtag(answer.body);
      if (answer.kind === 'answered' && answer.status === 404) return 'unknown';
      this.log.debug(`${describeTask(task)}: the owner does not say how far it is (${describe(answer)})`);
    } catch (error) {
      this.log.debug(`${describeTask(task)}: the owner cannot be asked (${String(error)})`);
    }
    return 'away';
  }

  sendAgain(task: TaskKey, documents: readonly string[]): Promise<void> {
    return askOwnerAgain(this.client, task, documents);
  }
}

function readEtag(body: unknown): SourceAnswer {
  const { sourceEtag, databaseId, witness } = recordOf(body);
  if (typeof sourceEtag !== 'number' || !Number.isSafeInteger(sourceEtag)) return 'away';
  const remembered = readWitness(witness);
  return {
    sourceEtag,
    ...(typeof databaseId === 'string' ? { databaseId } : {}),
    ...(remembered ? { witness: remembered } : {}),
  };
}

function readWitness(value: unknown): WitnessRecord | null {
  const { number, marks } = recordOf(value);
  if (typeof number !== 'number' || !Array.isArray(marks)) return null;
  return { number, marks: marks.filter((mark) => typeof mark === 'string') };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function describe(answer: Awaited<ReturnType<ModuleClient['call']>>): string {
  switch (answer.kind) {
    case 'answered':
      return String(answer.status);
    case 'unreachable':
      return answer.reason;
    case 'not-registered':
      return 'not registered';
  }
}
