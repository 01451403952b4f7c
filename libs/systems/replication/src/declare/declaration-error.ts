/** One thing wrong with one declaration. */
export interface DeclarationFault {
  /** Name of the declared class. */
  className: string;
  /** `sourceModule`, `etlScript`, ... */
  field: string;
  problem: string;
  remedy: string;
}

/**
 * Declarations that cannot work. Thrown while the application starts, which stops it; every fault of every class is in the
 * message and in `faults`. Fix the classes and start again.
 */
export class DeclarationError extends Error {
  readonly faults: readonly DeclarationFault[];

  constructor(faults: readonly DeclarationFault[]) {
    const lines = faults.map(
      ({ className, field, problem, remedy }) => `  - ${className}.${field}: ${problem}. ${remedy}.`,
    );
    const count = faults.length === 1 ? 'A declaration' : 'Declarations';
    super(`${count} of replication cannot work:\n${lines.join('\n')}`);
    this.name = 'DeclarationError';
    this.faults = faults;
  }
}
