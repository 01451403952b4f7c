import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability';
import type { ReplicationStatus } from '../replication-status.ts';
import type { IncomingTask } from '../status/task-status.ts';

const number = new Intl.NumberFormat('en');

/**
 * Ready once everything of one owner's collection is here, and while this module's side can go on with it. An owner that is
 * away does not turn it red: what is here is as good as before, and lag and freshness say the rest.
 */
export class CopyCheck implements HealthCheck {
  readonly name: string;

  constructor(
    private readonly status: Pick<ReplicationStatus, 'tasksOf'>,
    private readonly owner: string,
    private readonly collection: string,
  ) {
    this.name = `${owner}/${collection}`;
  }

  look(): HealthFinding {
    const tasks = this.status.tasksOf(this.owner, this.collection);
    const documents = tasks.reduce((sum, task) => sum + task.documentsApplied, 0);
    const setAside = tasks.reduce((sum, task) => sum + (task.setAside ?? 0), 0);
    const aside = setAside > 0 ? `; ${number.format(setAside)} set aside` : '';
    const missing = tasks.filter(({ complete, stalledBecause }) => !complete || stalledBecause !== null);
    const states = tasks.map(({ name, state, engine, lag }) => ({ name, state, engine, lag }));
    if (missing.length === 0) {
      return {
        ready: true,
        detail: `complete; ${number.format(documents)} documents applied${aside}${waitingFor(tasks)}`,
        data: { tasks: states },
      };
    }
    const reasons = missing.map(({ name, incompleteBecause, stalledBecause }) => {
      const reason = stalledBecause ?? incompleteBecause ?? 'not complete';
      return tasks.length > 1 ? `${name}: ${reason}` : reason;
    });
    const soFar = documents > 0 ? `; ${number.format(documents)} documents applied so far` : '';
    return { ready: false, detail: `${reasons.join('; ')}${soFar}${aside}`, data: { tasks: states } };
  }
}

/** What the owner's side waits for, beside a copy that is served all the same. */
function waitingFor(tasks: readonly IncomingTask[]): string {
  const reasons = tasks.flatMap(({ state, lastError }) =>
    state === 'Waiting' || state === 'Faulted' ? [`${state}: ${lastError ?? 'not said why'}`] : [],
  );
  return reasons.length === 0 ? '' : `; ${reasons.join('; ')}`;
}
