import { cannotBeUsed, optionsFault, unknownOptions } from '@nestjs-spark/foundation/internal';
import { DEFAULT_LOG_BYTES, isPeerName, replicaName } from '../carry/names.ts';

/** Options of `SparkPeersModule.forRoot()`. */
export interface SparkPeersOptions {
  /** The service that this node is a replica of: lower-case letters, digits and hyphens. The same on all nodes. */
  service: string;
  /** The stable name of this node among the replicas: lower-case letters, digits and hyphens. */
  nodeId: string;
  /**
   * What a node that was complete before does when it starts without NATS: serve its data, or wait until it has read what others wrote.
   * Default `wait`.
   */
  offlineStart?: 'wait' | 'serve';
  /**
   * How many bytes JetStream reserves for the log; half of that, a quarter and so on if it has less left. Default 4,294,967,296
   * (4 GiB).
   */
  maxBytes?: number;
  /**
   * How many messages the log keeps after the latest snapshot before the next one is taken, and how many of the latest events a file keeps
   * although all nodes have them and later ones have replaced them. Default 1,000.
   */
  keepEvents?: number;
  /** After how many seconds without a heartbeat a node is retired, which requires `SPARK_OPERATOR_TOKEN`. Default 86,400 (one day). */
  retireAfterSeconds?: number;
  /** The same for a node that has never been complete. Default 600. */
  joiningRetireAfterSeconds?: number;
  /**
   * For how many seconds a deleted document is remembered at least, and an ended conflict stays in the list; 0: for good. A node that was
   * away for longer sets aside what it had changed of documents that no longer exist. Default 2,592,000 (30 days).
   */
  keepDeletesSeconds?: number;
  /** How often the collections are compared with another node, in seconds; 0 disables it. Default 60. */
  driftEverySeconds?: number;
  /** From how many seconds on an offset between this clock and the log's is reported. Default 60. */
  maxClockOffsetSeconds?: number;
  /** `partBytes`: the size at which a part of a snapshot is compressed and stored. Default 1,048,576 (1 MiB). */
  snapshots?: { partBytes?: number };
  /**
   * The name of this module if others copy from the set of replicas: that of `SparkReplicationModule`, the same on all nodes.
   * Default `{service}-{nodeId}`.
   */
  moduleName?: string;
  /** Added to this process's wall clock, in milliseconds, to test wrong clocks. Default 0. */
  clockShiftMs?: number;
}

/** Injects the completed options. */
export const PEERS_SETTINGS = Symbol('SPARK_PEERS_SETTINGS');

/** The completed options. */
export interface PeersSettings extends Required<Omit<SparkPeersOptions, 'snapshots'>> {
  snapshots: { partBytes: number };
}

/** The options do not describe a replica. The message says what is wrong: correct it and restart. */
export class PeersSettingsError extends Error {
  override readonly name = 'PeersSettingsError';
}

const OPTIONS = Object.keys({
  service: true,
  nodeId: true,
  offlineStart: true,
  maxBytes: true,
  keepEvents: true,
  retireAfterSeconds: true,
  joiningRetireAfterSeconds: true,
  keepDeletesSeconds: true,
  driftEverySeconds: true,
  maxClockOffsetSeconds: true,
  snapshots: true,
  moduleName: true,
  clockShiftMs: true,
} satisfies Record<keyof SparkPeersOptions, true>);

/** Validates the options and applies the defaults. @throws {PeersSettingsError} with all faults */
export function completeOptions(options: SparkPeersOptions): PeersSettings {
  const notOptions = optionsFault(options, OPTIONS);
  if (notOptions !== null) throw new PeersSettingsError(cannotBeUsed('SparkPeersModule', [notOptions]));
  const settings: PeersSettings = {
    service: options.service,
    nodeId: options.nodeId,
    offlineStart: options.offlineStart ?? 'wait',
    maxBytes: options.maxBytes ?? DEFAULT_LOG_BYTES,
    keepEvents: options.keepEvents ?? 1_000,
    retireAfterSeconds: options.retireAfterSeconds ?? 86_400,
    joiningRetireAfterSeconds: options.joiningRetireAfterSeconds ?? 600,
    keepDeletesSeconds: options.keepDeletesSeconds ?? 30 * 86_400,
    driftEverySeconds: options.driftEverySeconds ?? 60,
    maxClockOffsetSeconds: options.maxClockOffsetSeconds ?? 60,
    snapshots: { partBytes: options.snapshots?.partBytes ?? 1024 ** 2 },
    clockShiftMs: options.clockShiftMs ?? 0,
    moduleName: options.moduleName ?? replicaName(options.service, options.nodeId),
  };
  const wrong = (['service', 'nodeId'] as const).filter((name) => !isPeerName(options[name] ?? ''));
  const faults = wrong.map(
    (name) => `${name} is ${JSON.stringify(options[name])}: use lower-case letters, digits and hyphens`,
  );
  faults.push(
    ...unknownOptions(options, OPTIONS),
    ...unknownOptions(options.snapshots, ['partBytes'], { path: 'snapshots' }),
    ...faultsOf(settings),
  );
  if (faults.length > 0) throw new PeersSettingsError(cannotBeUsed('SparkPeersModule', faults));
  return settings;
}

function faultsOf(settings: PeersSettings): string[] {
  const { offlineStart, maxBytes, keepEvents, snapshots, driftEverySeconds, clockShiftMs } = settings;
  const faults: string[] = [];
  if (!['wait', 'serve'].includes(offlineStart)) faults.push("offlineStart has to be 'wait' or 'serve'");
  if (!(maxBytes >= 8 * 1024 ** 2)) faults.push('maxBytes has to be at least 8,388,608 (8 MiB)');
  if (!(Number.isSafeInteger(keepEvents) && keepEvents > 0))
    faults.push('keepEvents has to be a whole number above 0');
  if (!(snapshots.partBytes >= 1024 && snapshots.partBytes <= 32 * 1024 ** 2))
    faults.push('snapshots.partBytes has to be between 1,024 and 33,554,432 (32 MiB)');
  for (const name of ['retireAfterSeconds', 'joiningRetireAfterSeconds', 'maxClockOffsetSeconds'] as const) {
    if (!(settings[name] > 0)) faults.push(`${name} has to be a number above 0`);
  }
  // Clocks may be off by as much as a day.
  if (!(settings.keepDeletesSeconds === 0 || settings.keepDeletesSeconds >= 2 * 86_400))
    faults.push('keepDeletesSeconds has to be at least 172,800 (2 days), or 0 for good');
  if (!(driftEverySeconds >= 0)) faults.push('driftEverySeconds has to be a number, 0 for never');
  if (!Number.isFinite(clockShiftMs)) faults.push('clockShiftMs has to be a number');
  return faults;
}
