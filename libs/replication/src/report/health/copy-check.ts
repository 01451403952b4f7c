import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability';
import type { ReplicationStatus } from '../replication-status.ts';

const number = new Intl.NumberFormat('en');

/** Ready once everything of one owner's collection is here. */
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
    const missing = tasks.filter(({ complete }) => !complete);
    const states = tasks.map(({ name, state, engine, lag }) => ({ name, state, engine, lag }));
    if (missing.length === 0) {
      return {
        ready: true,
        detail: `complete; ${number.format(documents)} documents applied${aside}`,
        data: { tasks: states },
      };
    }
    const reasons = missing.map(({ name, incompleteBecause }) => {
      const reason = incompleteBecause ?? 'not complete';
      return tasks.length > 1 ? `${name}: ${reason}` : reason;
    });
    const soFar = documents > 0 ? `; ${number.format(documents)} documents applied so far` : '';
    return { ready: false, detail: `${reasons.join('; ')}${soFar}${aside}`, data: { tasks: states } };
  }
}
