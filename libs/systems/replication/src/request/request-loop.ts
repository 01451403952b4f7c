import { Injectable, Optional } from '@nestjs/common';
import { StoreRefusedError, type ModuleInformation } from '@nestjs-spark/contracts/internal';
import { LiveSettings, pause, persist, runSteps } from '@nestjs-spark/foundation/internal';
import { Registration } from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { StorePreparation } from '@nestjs-spark/store';
import { ApplySupervisor, type ApplyTask } from '@nestjs-spark/streaming/internal';
import { Declarations } from '../declare/declarations.ts';
import { LateDeclarations } from '../declare/late-declarations.ts';
import { DroppedTasks } from './dropped-tasks.ts';
import { OwnerProbe } from './owner-probe.ts';
import { OwnerWatch } from './owner-watch.ts';
import { adopting } from './request-record.ts';
import { RequestStore } from './request-store.ts';
import { Requests } from './requests.ts';
import { Revival } from './revival.ts';

/** Intervals in milliseconds. */
export class RequestLoopTimes {
  /** How often to check whether what was written at startup still exists. */
  refreshMs = 5_000;
}

/**
 * What the requester's side does for as long as the application runs: continue the copies, register, announce, request, settle
 * what was dropped, then watch for owners, and resend what they have not accepted. Each step waits until it succeeds.
 */
@Injectable()
export class RequestLoop {
  private readonly log = logFor('Replication');
  private readonly refused = new Map<string, string>();

  constructor(
    private readonly preparation: StorePreparation,
    private readonly declarations: Declarations,
    private readonly late: LateDeclarations,
    private readonly registration: Registration,
    private readonly records: RequestStore,
    private readonly requests: Requests,
    private readonly dropped: DroppedTasks,
    private readonly owners: OwnerWatch,
    private readonly revival: Revival,
    private readonly probe: OwnerProbe,
    private readonly apply: ApplySupervisor,
    private readonly live: LiveSettings,
    @Optional() private readonly times: RequestLoopTimes = new RequestLoopTimes(),
  ) {}

  /** Runs until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const startedAt = Date.now();
    await this.preparation.whenReady(signal);
    if (signal.aborted) return;
    // Copies continue from their position, whatever becomes of this start's request.
    for (const { owner, tasks } of this.declarations.all())
      this.apply.assign(owner, await this.adopting(owner, tasks));
    // Requesters that receive the announcement send their requests again, which then move to the newly chosen engine.
    const unsubscribe = this.live.onChange('engine', () => this.registration.announceAgain());
    await this.ask(signal);
    if (!signal.aborted)
      await Promise.all([
        this.watch(startedAt, signal),
        this.refresh(signal),
        this.revival.run(signal),
        this.probe.run(signal),
      ]);
    unsubscribe();
  }

  private ask(signal: AbortSignal): Promise<void> {
    const { registration, requests, dropped, log } = this;
    let information: ModuleInformation | null = null;
    return runSteps(
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
        { name: 'Settling what is no longer declared', work: () => dropped.settle() },
      ],
      { signal, log },
    );
  }

  /** The remembered engines of an owner only make copies arrive sooner; without them they come with its next answer. */
  private async adopting(owner: string, tasks: ApplyTask[]): Promise<ApplyTask[]> {
    try {
      return adopting(tasks, (await this.records.read(owner))?.deployed ?? null);
    } catch {
      return tasks;
    }
  }

  private watch(startedAt: number, signal: AbortSignal): Promise<void> {
    return persist(() => this.owners.run(startedAt, signal), {
      signal,
      onFailure: (error) => this.log.error('Registrations of other modules are no longer received', error),
    });
  }

  /** What is written once at startup can be lost with the data of the bus, and is then written again. */
  private async refresh(signal: AbortSignal): Promise<void> {
    for (;;) {
      await pause(this.times.refreshMs, signal, { ref: false });
      if (signal.aborted) return;
      await this.repeat('Registering again', () => this.registration.keep(signal));
      await this.repeat('Looking after the requests', () => this.requests.refresh());
      this.late.tell();
    }
  }

  /** An unavailable server is reported elsewhere; a refusal lasts until someone acts, so it is logged once. */
  private async repeat(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.refused.delete(what);
    } catch (error) {
      const because = refusalsIn(error).join('; ');
      if (because === '' || this.refused.get(what) === because) return;
      this.refused.set(what, because);
      this.log.warn(`${what} is refused: ${because}`);
    }
  }
}

/** A store's refusals, each reason once: the records of several owners may be refused. */
function refusalsIn(error: unknown): string[] {
  const failures: unknown[] = error instanceof AggregateError ? error.errors : [error];
  return [...new Set(failures.flatMap((one) => (one instanceof StoreRefusedError ? [one.message] : [])))];
}
