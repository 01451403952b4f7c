/** The options of `SparkReplicationModule`, or the variables they were read from, cannot be used. Thrown at startup: correct them and start again. */
export class ReplicationSettingsError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The settings of SparkReplicationModule cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'ReplicationSettingsError';
    this.faults = faults;
  }
}
