import type { Log, TaskKey } from '@nestjs-spark/contracts/internal';
import { describeTask } from '@nestjs-spark/contracts';
import type { SourceAnswer, SourceInquiry } from '@nestjs-spark/streaming/internal';
import { askOwnerAgain } from './ask-owner-again.ts';
import type { OwnerClient } from './owner-client.ts';

const TIMEOUT_MS = 5_000;

/** Asks the owner how far its database is: `GET /spark/replication/source/{task}`. */
export class OwnerSourceInquiry implements SourceInquiry {
  private readonly client: OwnerClient;
  private readonly log: Log;

  constructor(client: OwnerClient, log: Log) {
    this.client = client;
    this.log = log;
  }

  async ask(task: TaskKey): Promise<SourceAnswer> {
    try {
      const answer = await this.client.call({
        owner: task.owner,
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
  const etag = typeof body === 'object' && body !== null && 'sourceEtag' in body ? body.sourceEtag : null;
  return typeof etag === 'number' && Number.isSafeInteger(etag) ? { sourceEtag: etag } : 'away';
}

function describe(answer: Awaited<ReturnType<OwnerClient['call']>>): string {
  switch (answer.kind) {
    case 'answered':
      return String(answer.status);
    case 'unreachable':
      return answer.reason;
    case 'not-registered':
      return 'not registered';
  }
}
