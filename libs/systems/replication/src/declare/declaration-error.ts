import { hideFields } from '@nestjs-spark/foundation/internal';

/** A fault of one declaration. */
export interface DeclarationFault {
  /** The name of the declared class. */
  className: string;
  /** `sourceModule`, `etlScript`, and so on. */
  field: string;
  problem: string;
  remedy: string;
}

/**
 * Declarations that cannot work. Thrown at startup, which stops the application; the message and `faults` have every fault of every class. Fix the
 * classes and start again.
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
    hideFields(this, 'faults');
  }
}
