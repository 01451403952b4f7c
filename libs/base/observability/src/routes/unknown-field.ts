import type { ProblemField } from '@nestjs-spark/contracts';
import { nearestName, pointerStep } from '@nestjs-spark/foundation/internal';

const LONGEST_SHOWN = 80;

/** What is said of a field that a body may not have. @param known the names that may have been meant */
export function unknownField(name: string, known: readonly string[]): string {
  const meant = nearestName(name, known);
  return `${name.slice(0, LONGEST_SHOWN)} is not known here: ${meant === null ? 'remove it' : `did you mean ${meant}?`}`;
}

/** One entry per field that a body may not have. @param base the JSON pointer of what has them */
export function unknownFields(others: object, known: readonly string[], base = ''): ProblemField[] {
  return Object.keys(others).map((name) => ({
    pointer: `${base}/${pointerStep(name.slice(0, LONGEST_SHOWN))}`,
    detail: unknownField(name, known),
  }));
}
