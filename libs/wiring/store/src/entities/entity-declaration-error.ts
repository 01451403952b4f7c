import { hideFields } from '@nestjs-spark/foundation/internal';

/** One field that cannot be stored as declared, or an option that `@Entity()` does not have. */
export interface FieldFault {
  className: string;
  field: string;
  problem: string;
  remedy: string;
}

/**
 * Fields of entities that no document can hold, and options that `@Entity()` does not have. Thrown at application start, with all
 * faults of a class: change the class and start again.
 */
export class EntityDeclarationError extends Error {
  readonly faults: readonly FieldFault[];

  constructor(faults: readonly FieldFault[]) {
    const lines = faults.map(
      ({ className, field, problem, remedy }) => `  - ${className}.${field} ${problem}. ${remedy}.`,
    );
    super(`An entity cannot be stored as declared:\n${lines.join('\n')}`);
    this.name = 'EntityDeclarationError';
    this.faults = faults;
    hideFields(this, 'faults');
  }
}
