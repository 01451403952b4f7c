/** What `SparkPeersModule.forRoot()` takes. */
export interface SparkPeersOptions {
  /** The service of which this is a replica: lower-case letters, digits and hyphens. The same on all nodes. */
  service: string;
  /** The stable name of this node among the replicas: lower-case letters, digits and hyphens. */
  nodeId: string;
  /**
   * Whether a node that was complete before serves its data when it starts without NATS (`serve`), or waits until it has read all that
   * others wrote (`wait`). Default `wait`.
   */
  offlineStart?: 'wait' | 'serve';
  /** How many bytes JetStream reserves for the log; less where it has less left. Default 268,435,456 (256 MiB). */
  maxBytes?: number;
  /** How many messages the log keeps behind the latest snapshot before the next one is taken. Default 1,000. */
  keepEvents?: number;
  /** Added to this process's wall clock, in milliseconds, for tests with wrong clocks. Default 0. */
  clockShiftMs?: number;
}

/** The options, completed. */
export type PeersSettings = Required<SparkPeersOptions>;

/** The options do not describe a replica. The message says what is wrong; correct it and start again. */
export class PeersSettingsError extends Error {
  override readonly name = 'PeersSettingsError';
}

/** @throws {PeersSettingsError} naming everything that is wrong */
export function completeOptions(options: SparkPeersOptions): PeersSettings {
  const { offlineStart = 'wait', maxBytes = 256 * 1024 ** 2, keepEvents = 1_000, clockShiftMs = 0 } = options;
  const wrong = (['service', 'nodeId'] as const).filter(
    (name) => !/^[a-z0-9][a-z0-9-]{0,62}$/.test(options[name] ?? ''),
  );
  const faults = wrong.map(
    (name) => `${name} is ${JSON.stringify(options[name])}: use lower-case letters, digits and hyphens`,
  );
  if (!['wait', 'serve'].includes(offlineStart)) faults.push("offlineStart has to be 'wait' or 'serve'");
  if (!(maxBytes >= 8 * 1024 ** 2)) faults.push('maxBytes has to be at least 8,388,608 (8 MiB)');
  if (!(Number.isSafeInteger(keepEvents) && keepEvents > 0))
    faults.push('keepEvents has to be a whole number above 0');
  if (!Number.isFinite(clockShiftMs)) faults.push('clockShiftMs has to be a number');
  if (faults.length > 0) throw new PeersSettingsError(`SparkPeersModule.forRoot(): ${faults.join('; ')}.`);
  return {
    service: options.service,
    nodeId: options.nodeId,
    offlineStart,
    maxBytes,
    keepEvents,
    clockShiftMs,
  };
}
