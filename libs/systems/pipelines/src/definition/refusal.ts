/**
 * Why a definition is refused: `syntax` it is neither YAML nor JSON; `shape` a field is missing, unknown or of a wrong type;
 * `refused` what it says cannot work; `not-available` it can, but not in this version.
 */
export type RefusalKind = 'syntax' | 'shape' | 'refused' | 'not-available';

/** What is wrong in a definition, before it is known where in the text that is. */
export interface Fault {
  kind: RefusalKind;
  /** The way to it: names of fields and numbers in lists. */
  path: readonly (string | number)[];
  /** Points at the name of the field, and not at its value. */
  isName?: boolean;
  message: string;
}

/** What cannot work. */
export const refused = (path: Fault['path'], message: string): Fault => ({ kind: 'refused', path, message });

/** One thing that is wrong in a definition, and where. */
export interface Refusal {
  kind: RefusalKind;
  /** JSON pointer (RFC 6901). */
  pointer: string;
  /** 1-based. */
  line: number;
  column: number;
  message: string;
}

/** A definition that is not accepted. */
export class DefinitionRefusedError extends Error {
  override readonly name = 'DefinitionRefusedError';
  readonly refusals: readonly Refusal[];

  constructor(refusals: readonly Refusal[]) {
    const [first] = refusals;
    const more = refusals.length > 1 ? ` (and ${refusals.length - 1} more)` : '';
    super(`The definition is refused: ${first ? `${describeRefusal(first)}${more}` : 'it is empty'}`);
    this.refusals = refusals;
  }
}

export function describeRefusal({ line, column, pointer, message }: Refusal): string {
  return `${line}:${column} ${pointer || '/'}: ${message}`;
}
