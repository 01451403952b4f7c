/** One field that cannot be stored as declared. */
export interface FieldFault {
  className: string;
  field: string;
  problem: string;
  remedy: string;
}

/**
 * Fields of entities that no document can hold. Thrown at application start, with all faults of a class: change the class and
 * start again.
 */
export class EntityDeclarationError extends Error {
  readonly faults: readonly FieldFault[];

  constructor(faults: readonly FieldFault[]) {
    const lines = faults.map(
      ({ className, field, problem, remedy }) => `  - ${className}.${field} ${problem}. ${remedy}.`,
    );
    super(
      `${faults.length === 1 ? 'A field' : 'Fields'} of an entity cannot be stored:\n${lines.join('\n')}`,
    );
    this.name = 'EntityDeclarationError';
    this.faults = faults;
  }
}
