import type { ValidationError } from '@nestjs/common';
import type { ProblemField } from '@nestjs-spark/contracts';
import { inOurWords } from './validation-words.ts';

/** What class-validator found, as JSON pointers into the body with one sentence each. */
export function fieldsOf(errors: ValidationError[], base = ''): ProblemField[] {
  return errors.flatMap((error) => {
    const pointer = `${base}/${escapePointer(error.property)}`;
    const own = Object.entries(error.constraints ?? {}).map(([check, message]) => ({
      pointer,
      detail: inOurWords(check, message),
    }));
    return [...own, ...fieldsOf(error.children ?? [], pointer)];
  });
}

function escapePointer(token: string): string {
  return token.slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1');
}
