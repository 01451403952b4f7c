import { deploymentId, type StateStore } from '@nestjs-spark/contracts/internal';
import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability';
import type { StorePreparation } from '@nestjs-spark/store';
import type { EngineChooser } from '../../deploy/engines/engine-chooser.ts';
import type { IncomingTask } from '../../tasks/task-status.ts';
import type { ReplicationStatus } from '../replication-status.ts';

/** Sooner than health itself gives a check up. */
const LATE_MS = 1_800;
const MISSES_TO_BE_DOWN = 2;

/**
 * Ready once this module's own database was prepared, and while it answers. One late answer does not count yet: many modules
 * share a database, and would all be taken out at once. What it refuses counts at once. A database that can be read and not
 * written, as on a full disk, is ready and says what is wrong.
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

  /** Requests that arrive while a look is under way share its answer. */
  look(): Promise<HealthFinding> {
    this.looking ??= this.lookNow().finally(() => (this.looking = null));
    return this.looking;
  }

  private async lookNow(): Promise<HealthFinding> {
    const { ready, reason } = this.preparation.readiness();
    if (!ready) return { ready, detail: reason ?? 'not prepared yet' };
    // Any small read does; it need not find anything.
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

  /** @throws what the read throws in time */
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
  /** By JetStream's answers, not by an open socket. */
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

/** Always ready: it only shows which engine carries what others take from this module, and why. */
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
 * Ready once everything of one owner's collection is here, and while this module's side can continue with it. An owner that is
 * away does not turn it red: what is here is as good as before, and lag and freshness tell the rest.
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

/** What the owner's side waits for, beside a copy that is served all the same. */
function waitingFor(tasks: readonly IncomingTask[]): string {
  const reasons = tasks.flatMap(({ state, lastError }) =>
    state === 'Waiting' || state === 'Faulted' ? [`${state}: ${lastError ?? 'no reason given'}`] : [],
  );
  return reasons.length === 0 ? '' : `; ${reasons.join('; ')}`;
}
