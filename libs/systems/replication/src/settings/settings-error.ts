import { cannotBeUsed } from '@nestjs-spark/foundation/internal';

/** The options of `SparkReplicationModule`, or the variables behind them, are invalid. Thrown at startup: correct them and start again. */
export class ReplicationSettingsError extends Error {
  // Private, so that a printed error does not repeat its faults as a field.
  readonly #faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(cannotBeUsed('SparkReplicationModule', faults));
    this.name = 'ReplicationSettingsError';
    this.#faults = faults;
  }

  get faults(): readonly string[] {
    return this.#faults;
  }
}
