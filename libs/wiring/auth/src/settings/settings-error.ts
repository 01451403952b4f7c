import { cannotBeUsed } from '@nestjs-spark/foundation/internal';

/**
 * The options of `SparkAuthModule`, or the variables they were read from, cannot be used. Thrown at startup: correct them and
 * start again.
 */
export class AuthSettingsError extends Error {
  // Private, so that printing an error with its fields does not repeat them.
  readonly #faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(cannotBeUsed('SparkAuthModule', faults));
    this.name = 'AuthSettingsError';
    this.#faults = faults;
  }

  get faults(): readonly string[] {
    return this.#faults;
  }
}
