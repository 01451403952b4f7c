import { performance } from 'node:perf_hooks';
import { Inject, Injectable, Optional } from '@nestjs/common';
import { pause } from '@nestjs-spark/foundation/internal';
import { OwnAddress } from '@nestjs-spark/modules/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { STORE_INFO, type StoreInfo } from '@nestjs-spark/store';
import { Shares } from '../../declare/shares.ts';
import { EngineChooser } from '../../deploy/engines/engine-chooser.ts';
import type { ReplicationSettings } from '../../settings/options.ts';
import { REPLICATION_SETTINGS } from '../../settings/tokens.ts';
import { Incoming } from '../status/incoming.ts';
import { describeCopies, describeStart } from './describe-start.ts';

/** The times of the start report, in milliseconds. */
export class StartTimes {
  /** Copies that are not complete after this long are named. */
  patienceMs = 10_000;
  lookEveryMs = 500;
}

/** Logs how this instance has started: what it is, and when its copies are complete, or what they wait for. */
@Injectable()
export class StartReport {
  private readonly log = logFor('Spark');

  constructor(
    @Inject(REPLICATION_SETTINGS) private readonly settings: Pick<ReplicationSettings, 'moduleName'>,
    @Inject(STORE_INFO) private readonly store: StoreInfo,
    private readonly address: OwnAddress,
    private readonly engines: EngineChooser,
    private readonly shares: Shares,
    private readonly incoming: Incoming,
    @Optional() private readonly times: StartTimes = new StartTimes(),
  ) {}

  /** Ends when everything is complete, or when `signal` aborts. Does not keep the process alive. */
  async run(signal: AbortSignal): Promise<void> {
    // The registration logs why it is unknown.
    const address = await this.address.known(signal).catch(() => 'an address that is not known');
    if (signal.aborted) return;
    const tasks = this.incoming.tasks();
    const { settings, store, engines, shares } = this;
    const engine = await engines.choose();
    this.log.log(
      describeStart({ name: settings.moduleName, address, store, engine, shares: shares.all(), tasks }),
    );
    if (tasks.length > 0) await this.tellCompleteness(signal);
  }

  private async tellCompleteness(signal: AbortSignal): Promise<void> {
    const late = performance.now() + this.times.patienceMs;
    let isLateTold = false;
    for (;;) {
      const tasks = this.incoming.tasks();
      const isComplete = tasks.every(({ complete }) => complete);
      if (isComplete || (!isLateTold && performance.now() > late)) {
        this.log.log(describeCopies(tasks));
        isLateTold = true;
      }
      if (isComplete) return;
      await pause(this.times.lookEveryMs, signal, { ref: false });
      if (signal.aborted) return;
    }
  }
}
