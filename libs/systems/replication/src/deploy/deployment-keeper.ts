import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { deployedSubjects, UnavailableError, type ControlBoard } from '@nestjs-spark/contracts/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { StorePreparation } from '@nestjs-spark/store';
import { describeError, isObjectOf, isText, persist } from '@nestjs-spark/foundation/internal';
import type { ReplicationSettings } from '../settings/options.ts';
import { CONTROL_BOARD, REPLICATION_OPTIONS } from '../settings/tokens.ts';
import { DeploymentStore } from './deployment-store.ts';
import { StreamEngine } from './engines/stream-engine.ts';
import { EtlTaskManager } from './etl-task-manager.ts';

/** What an instance says when it has deployed; who listens reads the rest from the database. */
const isDeployed = isObjectOf({ requester: isText(256) });

/**
 * Keeps what was agreed running: has every deployment carried out again at each start, which also heals one that died
 * half-way, and follows what the module's other instances deploy.
 */
@Injectable()
export class DeploymentKeeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = logFor('DeploymentKeeper');
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(REPLICATION_OPTIONS) private readonly settings: ReplicationSettings,
    @Inject(CONTROL_BOARD) private readonly board: ControlBoard,
    private readonly store: DeploymentStore,
    private readonly manager: EtlTaskManager,
    private readonly stream: StreamEngine,
    private readonly preparation: StorePreparation,
  ) {}

  onApplicationBootstrap(): void {
    const { signal } = this.stopping;
    this.running = Promise.all([
      persist(() => this.resume(), {
        signal,
        onFailure: (error) => this.waits('Resuming deployments', error),
      }),
      persist(() => this.watch(), {
        signal,
        onFailure: (error) => this.waits('Watching deployments', error),
      }),
    ]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async resume(): Promise<void> {
    await this.preparation.whenReady(this.stopping.signal);
    if (this.stopping.signal.aborted) return;
    const failures: unknown[] = [];
    for (const { requester } of await this.store.list()) {
      // One that cannot be carried out must not keep the others from running.
      await this.manager.heal(requester).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures);
  }

  private async watch(): Promise<void> {
    const subjects = deployedSubjects(this.settings.moduleName);
    for await (const { value } of this.board.watch(subjects, isDeployed, this.stopping.signal)) {
      // One that cannot be read must not keep the others from being followed.
      await this.follow(value.requester).catch((error: unknown) => {
        if (isAway(error)) throw error;
        this.waits('Following a deployment', error);
      });
    }
  }

  private follow(requester: string): Promise<void> {
    return this.manager.inTurn(requester, async () => {
      const current = await this.store.read(requester);
      if (current) this.stream.follow(current.value);
    });
  }

  // What is away is said by the health and by those who bring it back.
  private waits(what: string, error: unknown): void {
    const level = isAway(error) ? 'debug' : 'warn';
    this.log[level](`${what} waits: ${describeError(error)}`);
  }
}

function isAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isAway);
  return error instanceof UnavailableError;
}
