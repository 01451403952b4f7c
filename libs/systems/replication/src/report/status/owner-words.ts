import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { taskId, type TaskKey } from '@nestjs-spark/contracts';
import { logFor } from '@nestjs-spark/observability/internal';
import { Declarations } from '../../declare/declarations.ts';
import { ModuleClient } from '@nestjs-spark/modules/internal';
import { describeError, pause } from '@nestjs-spark/foundation/internal';
import { engineOf, RequestStatus } from '../../request/request-status.ts';
import { readOwnerWord, type OwnerWord } from './owner-word.ts';

const EVERY_MS = 5_000;

/** Asks the owners whose RavenDB carries a task how far it is; nobody is asked while there is no such task. */
@Injectable()
export class OwnerWords implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = logFor('OwnerWords');
  private readonly words = new Map<string, OwnerWord>();
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly declarations: Declarations,
    private readonly requests: RequestStatus,
    private readonly client: ModuleClient,
  ) {}

  of(task: TaskKey): OwnerWord | null {
    return this.words.get(taskId(task)) ?? null;
  }

  onApplicationBootstrap(): void {
    this.running = this.listen();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async listen(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      for (const { owner, tasks } of this.declarations.all()) {
        const request = this.requests.of(owner);
        const native = tasks
          .map(({ key: task }) => task)
          .filter((task) => engineOf(request, task.name) === 'etl');
        if (native.length > 0) await this.ask(owner, native);
      }
      await pause(EVERY_MS, signal, { ref: false });
    }
  }

  private async ask(owner: string, tasks: TaskKey[]): Promise<void> {
    try {
      const { signal } = this.stopping;
      const answer = await this.client.call({
        module: owner,
        method: 'GET',
        path: '/spark/replication',
        signal,
      });
      if (answer.kind !== 'answered' || answer.status !== 200) return;
      for (const task of tasks) {
        const word = readOwnerWord(answer.body, task.name);
        if (word) this.words.set(taskId(task), word);
      }
    } catch (error) {
      this.log.debug(`${owner} cannot be asked: ${describeError(error)}`);
    }
  }
}
