/** The options of `SparkReplicationModule`, or the variables they were read from, cannot be used. Thrown at startup: correct them and start again. */
export class ReplicationSettingsError extends Error {
  // Private, so that what prints an error with its fields does not say them twice.
  readonly #faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The settings of SparkReplicationModule cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'ReplicationSettingsError';
    this.#faults = faults;
  }

  get faults(): readonly string[] {
    return this.#faults;
  }
}
