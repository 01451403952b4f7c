import { Injectable } from '@nestjs/common';
import type { TaskKey, WitnessRecord } from '@nestjs-spark/contracts/internal';
import { describeTask, ProblemError, taskId } from '@nestjs-spark/contracts';
import { firstWithin } from '@nestjs-spark/foundation/internal';
import type { SourceAnswer, SourceInquiry } from '@nestjs-spark/streaming/internal';
import { ModuleClient, type ModuleAnswer } from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';

const TIMEOUT_MS = 5_000;
const DOCUMENTS_AT_ONCE = 500;
/** Keeps a request smaller than the maximum size of any body. */
const IDS_BYTES = 128 * 1024;

/** Asks owners about the source of a task, and to send documents again. */
@Injectable()
export class OwnerSourceInquiry implements SourceInquiry {
  private readonly log = logFor('SourceInquiry');
  /** Why an owner did not answer, by task. Requests are frequent, so each reason is logged once. */
  private readonly said = new Map<string, string>();

  constructor(private readonly client: ModuleClient) {}

  /** The position of the owner's database: `GET /spark/replication/source/{task}`. */
  async ask(task: TaskKey, signal?: AbortSignal): Promise<SourceAnswer> {
    try {
      const answer = await this.client.call({
        module: task.owner,
        method: 'GET',
        path: `/spark/replication/source/${task.name}`,
        timeoutMs: TIMEOUT_MS,
        ...(signal ? { signal } : {}),
      });
      const known = readAnswer(answer);
      if (known === null) this.tell(task, `the owner does not report its position (${describe(answer)})`);
      else this.said.delete(taskId(task));
      return known ?? 'away';
    } catch (error) {
      this.tell(task, `the owner cannot be asked (${String(error)})`);
      return 'away';
    }
  }

  /**
   * Asks the owner to send documents again that this module's store had refused.
   * @throws {ProblemError} `unavailable` if the owner does not accept the request
   */
  async sendAgain(
    { owner, name }: TaskKey,
    documents: readonly string[],
    signal?: AbortSignal,
  ): Promise<void> {
    for (let left = documents; left.length > 0;) {
      const some = firstWithin(left.slice(0, DOCUMENTS_AT_ONCE), IDS_BYTES);
      left = left.slice(some.length);
      const answer = await this.client.call({
        module: owner,
        method: 'POST',
        path: '/spark/etl/set-aside/retry',
        body: { task: name, documents: some },
        ...(signal ? { signal } : {}),
      });
      if (answer.kind === 'answered' && answer.status === 202) continue;
      const why = answer.kind === 'answered' ? `it answers ${answer.status}` : describe(answer);
      throw new ProblemError('unavailable', `${owner} has to send them again, but ${why}.`);
    }
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
  return answer.status === 200 ? readSource(answer.body) : null;
}

function readSource(body: unknown): SourceAnswer {
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
      return 'it is not registered';
  }
}
