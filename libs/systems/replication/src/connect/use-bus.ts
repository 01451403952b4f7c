import { SparkBus } from '@nestjs-spark/bus';
import type { ReplicationSettings } from '../settings/options.ts';
import { ReplicationSettingsError } from '../settings/settings-error.ts';

/** The bus that replication works over, and what ends it. */
export interface BusInUse {
  readonly bus: SparkBus;
  /** Closes a bus of replication's own. The application's bus is closed by its own module. */
  close(): Promise<void>;
}

/**
 * The application's bus where it has one, else one of replication's own.
 * @throws {ReplicationSettingsError} when the application's bus has another name: its dead letters would not be found
 */
export function useBus(shared: SparkBus | undefined, settings: ReplicationSettings): BusInUse {
  const { moduleName, natsUrl, routeMaxBytes } = settings;
  if (!shared) {
    const own = new SparkBus({ natsUrl, name: moduleName, routeMaxBytes });
    return { bus: own, close: () => own.close() };
  }
  if (shared.name !== moduleName) {
    throw new ReplicationSettingsError([
      `the bus is named ${shared.name} and the module ${moduleName}: give SparkBusModule.forRoot({ name: '${moduleName}' })`,
    ]);
  }
  return { bus: shared, close: () => Promise.resolve() };
}
