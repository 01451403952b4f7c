import type { TaskKey, WitnessRecord } from '@nestjs-spark/contracts/internal';
import { describeTask, taskId } from '@nestjs-spark/contracts';
import type { SourceAnswer, SourceInquiry } from '@nestjs-spark/streaming/internal';
import type { ModuleAnswer, ModuleClient } from '@nestjs-spark/modules/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { askOwnerAgain } from './ask-owner-again.ts';

const TIMEOUT_MS = 5_000;

/** Asks the owner how far its database is: `GET /spark/replication/source/{task}`. */
export class OwnerSourceInquiry implements SourceInquiry {
  private readonly client: Pick<ModuleClient, 'call'>;
  private readonly log: Logger;
  /** Why an owner did not answer, by task: asked often, it is said once. */
  private readonly said = new Map<string, string>();

  constructor(client: Pick<ModuleClient, 'call'>, log: Logger) {
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
      const known = readAnswer(answer);
      if (known === null) this.tell(task, `the owner does not say how far it is (${describe(answer)})`);
      else this.said.delete(taskId(task));
      return known ?? 'away';
    } catch (error) {
      this.tell(task, `the owner cannot be asked (${String(error)})`);
      return 'away';
    }
  }

  sendAgain(task: TaskKey, documents: readonly string[]): Promise<void> {
    return askOwnerAgain(this.client, task, documents);
  }

  private tell(task: TaskKey, why: string): void {
    if (this.said.get(taskId(task)) === why) return;
    this.said.set(taskId(task), why);
    this.log.debug(`${describeTask(task)}: ${why}`);
  }
}

function readAnswer(answer: ModuleAnswer): SourceAnswer | null {
  if (answer.kind !== 'answered') return null;
  if (answer.status === 404) return 'unknown';
  return answer.status === 200 ? readEtag(answer.body) : null;
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

function describe(answer: ModuleAnswer): string {
  switch (answer.kind) {
    case 'answered':
      return String(answer.status);
    case 'unreachable':
      return answer.reason;
    case 'not-registered':
      return 'not registered';
  }
}
