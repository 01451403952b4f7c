import { setTimeout as wait } from 'node:timers/promises';
import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
} from '@nestjs/common';
import { StoreRefusedError, type ModuleInformation } from '@nestjs-spark/contracts/internal';
import type { Declarations } from '../declare/declarations.ts';
import type { Registration } from '@nestjs-spark/modules/internal';
import { type Logger, persist, runSteps } from '@nestjs-spark/foundation/internal';
import type { CommandHandling } from '../request/command-bus.ts';
import type { OwnerWatch } from '../request/owner-watch.ts';
import type { Requests } from '../request/requests.ts';
import type { Revival } from '../request/revival.ts';

/** Something that works in the background until it is stopped. */
export interface Stoppable {
  stop(): Promise<void>;
}

export interface ReplicationRunnerParts {
  declarations: Declarations;
  registration: Pick<Registration, 'register' | 'announce' | 'keep'>;
  requests: Pick<Requests, 'sendAll' | 'refresh'>;
  watch: Pick<OwnerWatch, 'run'>;
  revival: Pick<Revival, 'run'>;
  apply: Stoppable & { assign(owner: string, tasks: Declared['tasks']): void };
  capture: Stoppable;
  commands: CommandHandling;
  bus: { start(): void; close(): Promise<void> };
  storeReady: (signal: AbortSignal) => Promise<void>;
  settleDropped: () => Promise<void>;
  /** The tasks with what is remembered of the engines that carried them. */
  adopting?: (owner: string, tasks: Declared['tasks']) => Promise<Declared['tasks']>;
  /** Declared classes that were loaded after the start. */
  findLate?: () => readonly { name: string }[];
  log: Logger;
  /** How often is looked whether what was written at the start still stands. Default 5 s. */
  refreshMs?: number;
  /** How long the end of what is under way is waited for. Default 4 s. */
  endMs?: number;
}

type Declared = ReturnType<Declarations['all']>[number];

const REFRESH_MS = 5_000;
/** What hangs on a server that never answers ends when its connection is closed, not by waiting for it. */
const END_MS = 4_000;

/** Brings replication up in the background, so that the application listens whatever is away, and down again in reverse. */
export class ReplicationRunner
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly parts: ReplicationRunnerParts;
  private readonly told = new Set<object>();
  private readonly refused = new Map<string, string>();
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(parts: ReplicationRunnerParts) {
    this.parts = parts;
  }

  onApplicationBootstrap(): void {
    const { commands, bus } = this.parts;
    bus.start();
    commands.start();
    this.running = this.start();
  }

  /** Ends the work while store and bus are still there to end it with. */
  async beforeApplicationShutdown(): Promise<void> {
    const { commands, apply, capture, log } = this.parts;
    this.stopping.abort();
    const ended = Promise.all([this.running, commands.stop(), apply.stop(), capture.stop()]).then(() => true);
    const patience = new AbortController();
    const late = wait(this.parts.endMs ?? END_MS, false, { signal: patience.signal }).catch(() => false);
    if (!(await Promise.race([ended, late])))
      log.warn(
        'Something does not answer: what waits for it is left behind, and done again at the next start',
      );
    patience.abort();
    ended.catch(() => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.bus.close();
  }

  private async start(): Promise<void> {
    const { declarations, apply, registration, requests, storeReady, log } = this.parts;
    const { signal } = this.stopping;
    await storeReady(signal);
    if (signal.aborted) return;
    // Copies go on from where they stand, whatever becomes of this start's request.
    for (const { owner, tasks } of declarations.all()) apply.assign(owner, await this.adopting(owner, tasks));
    let information: ModuleInformation | null = null;
    await runSteps(
      [
        {
          name: 'Registering this module',
          work: async (until) => void (information = await registration.register(until)),
        },
        {
          name: 'Announcing this module',
          work: async () => void (information && (await registration.announce(information))),
        },
        { name: 'Requesting copies', work: () => requests.sendAll() },
        { name: 'Settling what is no longer declared', work: () => this.parts.settleDropped() },
      ],
      { signal, log },
    );
    if (signal.aborted) return;
    await Promise.all([this.watch(signal), this.refresh(signal), this.parts.revival.run(signal)]);
  }

  /** What is remembered of an owner's engines only makes copies arrive sooner; without it they come with its next answer. */
  private adopting(owner: string, tasks: Declared['tasks']): Promise<Declared['tasks']> {
    return this.parts.adopting?.(owner, tasks).catch(() => tasks) ?? Promise.resolve(tasks);
  }

  /** Says once of each class that was loaded lazily that nothing of it is carried out. */
  private tellLate(): void {
    const { findLate, log } = this.parts;
    for (const target of findLate?.() ?? []) {
      if (this.told.has(target)) continue;
      this.told.add(target);
      log.warn(
        `${target.name} declares copies or shares, but was loaded after the application had started, so nothing of it is ` +
          'carried out. Import its module in the application module instead of loading it lazily',
      );
    }
  }

  /** What is away is said by those who need it more; a refusal lasts until somebody acts, so it is said once. */
  private async repeat(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.refused.delete(what);
    } catch (error) {
      if (!(error instanceof StoreRefusedError) || this.refused.get(what) === error.message) return;
      this.refused.set(what, error.message);
      this.parts.log.warn(`${what} is refused: ${error.message}`);
    }
  }

  private watch(signal: AbortSignal): Promise<void> {
    return persist(() => this.parts.watch.run(signal), {
      signal,
      onFailure: (error) => this.parts.log.error('No longer hearing which modules register', error),
    });
  }

  /** What was written once at the start may be lost with the data of the bus, and is written again then. */
  private async refresh(signal: AbortSignal): Promise<void> {
    for (;;) {
      await wait(this.parts.refreshMs ?? REFRESH_MS, undefined, { signal, ref: false }).catch(
        () => undefined,
      );
      if (signal.aborted) return;
      await this.repeat('Registering again', () => this.parts.registration.keep(signal));
      await this.repeat('Looking after the requests', () => this.parts.requests.refresh());
      this.tellLate();
    }
  }
}
