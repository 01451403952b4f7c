import { deploymentId, type StateStore } from '@nestjs-spark/contracts/internal';
import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability';
import type { StorePreparation } from '@nestjs-spark/store';
import type { EngineChooser } from '../../deploy/engines/engine-chooser.ts';
import type { IncomingTask } from '../../tasks/task-status.ts';
import type { ReplicationStatus } from '../replication-status.ts';

/** Shorter than the time limit of the health endpoint itself, in milliseconds. */
const LATE_MS = 1_800;
const MISSES_TO_BE_DOWN = 2;

/**
 * Ready once this module's own database was prepared, and as long as it answers. A single late answer does not count: many modules may share a
 * database, and all would be taken out of service at once. A refusal counts immediately. A database that can be read but not written, for example
 * because the disk is full, is ready and reports the problem.
 */
export class StoreCheck implements HealthCheck {
  readonly name = 'store';
  private misses = 0;
  private answeredAt: string | null = null;
  private looking: Promise<HealthFinding> | null = null;

  constructor(
    private readonly states: Pick<StateStore, 'read'>,
    private readonly preparation: Pick<StorePreparation, 'readiness'>,
    private readonly lateMs = LATE_MS,
  ) {}

  /** Concurrent requests share one check. */
  look(): Promise<HealthFinding> {
    this.looking ??= this.lookNow().finally(() => (this.looking = null));
    return this.looking;
  }

  private async lookNow(): Promise<HealthFinding> {
    const { ready, reason } = this.preparation.readiness();
    if (!ready) return { ready, detail: reason ?? 'not prepared yet' };
    // Any small read will do, whether or not it finds something.
    if (await this.isInTime(this.states.read(deploymentId('health')))) {
      this.misses = 0;
      this.answeredAt = new Date().toISOString();
      return { ready: true, detail: reason ?? 'answers' };
    }
    this.misses++;
    const last =
      this.answeredAt === null ? 'it has not answered yet' : `it answered last at ${this.answeredAt}`;
    return {
      ready: this.misses < MISSES_TO_BE_DOWN && this.answeredAt !== null,
      detail: `no answer within ${this.lateMs} ms; ${last}`,
    };
  }

  /** @throws the error of the read, if it fails in time */
  private async isInTime(read: Promise<unknown>): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), this.lateMs);
    });
    read.catch(() => undefined);
    try {
      return await Promise.race([read.then(() => true), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

export interface BusConnection {
  /** Judged by JetStream's answers, not by an open socket. */
  health(): HealthFinding;
}

/** Ready while NATS JetStream answers. */
export class BusCheck implements HealthCheck {
  readonly name = 'nats';

  constructor(private readonly connection: BusConnection) {}

  look(): HealthFinding {
    return this.connection.health();
  }
}

/** Always ready: it only shows which engine serves this module's requesters, and why. */
export class EngineCheck implements HealthCheck {
  readonly name = 'engine';

  constructor(private readonly chooser: Pick<EngineChooser, 'choose'>) {}

  async look(): Promise<HealthFinding> {
    const { engine, reason, refuses } = await this.chooser.choose();
    return { ready: true, detail: `${engine}${refuses ? ', requests are refused' : ''}: ${reason}` };
  }
}

const number = new Intl.NumberFormat('en');
const counted = (documents: number): string =>
  `${number.format(documents)} ${documents === 1 ? 'document' : 'documents'}`;

/**
 * Ready once everything of an owner's collection is here, and as long as this module's side can continue. An unreachable owner does not make it
 * unready: the copies are as good as before, and lag and freshness show the rest.
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
        detail: `complete; ${counted(documents)} applied${aside}${waitingFor(tasks)}`,
        data: { tasks: states },
      };
    }
    const reasons = missing.map(({ name, incompleteBecause, stalledBecause }) => {
      const reason = stalledBecause ?? incompleteBecause ?? 'not complete';
      return tasks.length > 1 ? `${name}: ${reason}` : reason;
    });
    const soFar = documents > 0 ? `; ${counted(documents)} applied so far` : '';
    return { ready: false, detail: `${reasons.join('; ')}${soFar}${aside}`, data: { tasks: states } };
  }
}

/** What the owner's side is waiting for, shown for a copy that is served nevertheless. */
function waitingFor(tasks: readonly IncomingTask[]): string {
  const reasons = tasks.flatMap(({ state, lastError }) =>
    state === 'Waiting' || state === 'Faulted' ? [`${state}: ${lastError ?? 'no reason given'}`] : [],
  );
  return reasons.length === 0 ? '' : `; ${reasons.join('; ')}`;
}
