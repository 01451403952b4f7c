import { Injectable } from '@nestjs/common';
import { TASK_STATES, taskId, type TaskKey, type TaskState } from '@nestjs-spark/contracts';
import { logFor } from '@nestjs-spark/observability/internal';
import { Declarations } from '../../declare/declarations.ts';
import { ModuleClient } from '@nestjs-spark/modules/internal';
import { describeError, pause, sameName } from '@nestjs-spark/foundation/internal';
import { engineOf, RequestStatus } from '../../request/request-status.ts';

const EVERY_MS = 5_000;
const STATES: readonly string[] = TASK_STATES;

/** An owner's report on a task that its RavenDB carries: only the owner can know. */
export interface OwnerReport extends Reported {
  /** How old it is, in milliseconds. */
  ageMs: number;
}

interface Reported {
  state: TaskState;
  complete: boolean;
  position: number | null;
  sourceEtag: number | null;
  lastError: string | null;
}

/** Asks the owners whose RavenDB carries a task for its progress; sends no requests if there is no such task. */
@Injectable()
export class OwnerReports {
  private readonly log = logFor('OwnerReports');
  private readonly reports = new Map<string, { report: Reported; at: number }>();

  constructor(
    private readonly declarations: Declarations,
    private readonly requests: RequestStatus,
    private readonly client: ModuleClient,
  ) {}

  /** The owner's last report; null before. */
  of(task: TaskKey): OwnerReport | null {
    const known = this.reports.get(taskId(task));
    return known ? { ...known.report, ageMs: performance.now() - known.at } : null;
  }

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const { owner, tasks } of this.declarations.all()) {
        const request = this.requests.of(owner);
        const native = tasks.map(({ key }) => key).filter(({ name }) => engineOf(request, name) === 'etl');
        if (native.length > 0) await this.ask(owner, native, signal);
      }
      await pause(EVERY_MS, signal, { ref: false });
    }
  }

  private async ask(owner: string, tasks: TaskKey[], signal: AbortSignal): Promise<void> {
    try {
      const answer = await this.client.call({
        module: owner,
        method: 'GET',
        path: '/spark/replication',
        signal,
      });
      if (answer.kind !== 'answered' || answer.status !== 200) return;
      for (const task of tasks) {
        const report = readOwnerReport(answer.body, task.name);
        if (report) this.reports.set(taskId(task), { report, at: performance.now() });
      }
    } catch (error) {
      this.log.debug(`${owner} cannot be asked: ${describeError(error)}`);
    }
  }
}

/** Finds the task in the body of an owner's `GET /spark/replication`; null if it is missing or malformed. */
export function readOwnerReport(body: unknown, name: string): Reported | null {
  if (!isRecord(body) || !Array.isArray(body['outgoing'])) return null;
  const tasks: unknown[] = body['outgoing'];
  const found = tasks.filter(isRecord).find((task) => sameName(String(task['name']), name));
  if (!found || typeof found['state'] !== 'string' || !STATES.includes(found['state'])) return null;
  return {
    state: found['state'] as TaskState,
    complete: found['complete'] === true,
    position: numberOrNull(found['position']),
    sourceEtag: numberOrNull(found['sourceEtag']),
    lastError: typeof found['lastError'] === 'string' ? found['lastError'].slice(0, 500) : null,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function numberOrNull(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}
