import { Inject, Injectable, Optional } from '@nestjs/common';
import { SparkBus } from '@nestjs-spark/bus';
import { Breakers } from '@nestjs-spark/foundation/internal';
import type { ReplicationSettings } from '../settings/options.ts';
import { ReplicationSettingsError } from '../settings/settings-error.ts';
import { REPLICATION_SETTINGS } from '../settings/tokens.ts';

/** The bus that replication uses: the application's, if there is one, otherwise its own. */
@Injectable()
export class BusInUse {
  readonly bus: SparkBus;
  private readonly isOwn: boolean;

  /** @throws {ReplicationSettingsError} if the application's bus has another name: its dead letters would not be found */
  constructor(
    @Inject(REPLICATION_SETTINGS) { moduleName, natsUrl, natsSecurity, routeMaxBytes }: ReplicationSettings,
    @Optional() shared?: SparkBus,
    @Optional() breakers?: Breakers,
  ) {
    if (shared && shared.name !== moduleName) {
      throw new ReplicationSettingsError([
        `the bus is named ${shared.name} and the module ${moduleName}: give SparkBusModule.forRoot({ name: '${moduleName}' })`,
      ]);
    }
    this.isOwn = shared === undefined;
    const settings = { natsUrl, name: moduleName, routeMaxBytes, security: natsSecurity };
    this.bus = shared ?? new SparkBus(settings, breakers);
  }

  /** Starts connecting without waiting for it. */
  start(): void {
    this.bus.start();
  }

  /** Closes replication's own bus. The application's bus is closed by its own Nest module. */
  async close(): Promise<void> {
    if (this.isOwn) await this.bus.close();
  }
}
