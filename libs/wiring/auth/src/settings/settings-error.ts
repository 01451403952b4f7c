/** The options of `SparkAuthModule`, or the variables they were read from, cannot be used. Thrown at startup: correct them and start again. */
export class AuthSettingsError extends Error {
  // Private, so that what prints an error with its fields does not say them twice.
  readonly #faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The settings of SparkAuthModule cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'AuthSettingsError';
    this.#faults = faults;
  }

  get faults(): readonly string[] {
    return this.#faults;
  }
}
