import { Inject, Injectable } from '@nestjs/common';
import { deployedSubjects, UnavailableError, type ControlBoard } from '@nestjs-spark/contracts/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { StorePreparation } from '@nestjs-spark/store';
import { describeError, isObjectOf, isText, persist, tryEach } from '@nestjs-spark/foundation/internal';
import type { ReplicationSettings } from '../settings/options.ts';
import { CONTROL_BOARD, REPLICATION_SETTINGS } from '../settings/tokens.ts';
import { DeploymentStore } from './deployment-store.ts';
import { StreamEngine } from './engines/stream-engine.ts';
import { EtlTaskManager } from './etl-task-manager.ts';

/** An instance's announcement that it has deployed; listeners read the rest from the database. */
const isDeployed = isObjectOf({ requester: isText(256) });

/**
 * Makes the engines match the deployment documents: carries out every deployment again at each start, which also repairs an interrupted one, and
 * follows what the module's other instances deploy.
 */
@Injectable()
export class DeploymentReconciler {
  private readonly log = logFor('Deployments');

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: ReplicationSettings,
    @Inject(CONTROL_BOARD) private readonly board: ControlBoard,
    private readonly store: DeploymentStore,
    private readonly manager: EtlTaskManager,
    private readonly stream: StreamEngine,
    private readonly preparation: StorePreparation,
  ) {}

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      persist(() => this.resume(signal), {
        signal,
        onFailure: (error) => this.waits('Resuming deployments', error),
      }),
      persist(() => this.watch(signal), {
        signal,
        onFailure: (error) => this.waits('Watching deployments', error),
      }),
    ]);
  }

  private async resume(signal: AbortSignal): Promise<void> {
    await this.preparation.whenReady(signal);
    if (signal.aborted) return;
    await tryEach(await this.store.list(), ({ requester }) => this.manager.heal(requester));
  }

  private async watch(signal: AbortSignal): Promise<void> {
    const subjects = deployedSubjects(this.settings.moduleName);
    for await (const { value } of this.board.watch(subjects, isDeployed, signal)) {
      // One that cannot be read must not block the others.
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

  // Health checks and reconnection attempts report an unavailable server already.
  private waits(what: string, error: unknown): void {
    const level = isAway(error) ? 'debug' : 'warn';
    this.log[level](`${what} waits: ${describeError(error)}`);
  }
}

function isAway(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.every(isAway);
  return error instanceof UnavailableError;
}
