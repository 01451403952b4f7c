import type { ValidationError } from '@nestjs/common';
import type { ProblemField } from '@nestjs-spark/contracts';
import { pointerStep } from '@nestjs-spark/foundation/internal';
import { inOurWords } from './validation-words.ts';

/** The findings of class-validator, as JSON pointers into the body with one sentence each. */
export function fieldsOf(errors: ValidationError[], base = ''): ProblemField[] {
  return errors.flatMap((error) => {
    const pointer = pointerOf(error.property, base);
    const own = Object.entries(error.constraints ?? {}).map(([check, message]) => ({
      pointer,
      detail: inOurWords(check, message),
    }));
    return [...own, ...fieldsOf(error.children ?? [], pointer)];
  });
}

/** Each field with one rule that it violates, the type first, since the other rules are meaningless for a wrong type. */
export function typeFirst(errors: readonly ValidationError[]): ValidationError[] {
  return errors.map((error) => {
    const broken = Object.entries(error.constraints ?? {});
    const one = broken.find(([check]) => TYPES.has(check)) ?? broken[0];
    return {
      ...error,
      ...(one && { constraints: Object.fromEntries([one]) }),
      ...(error.children && { children: typeFirst(error.children) }),
    };
  });
}

const TYPES: ReadonlySet<string> = new Set([
  'isString',
  'isInt',
  'isNumber',
  'isBoolean',
  'isArray',
  'isObject',
  'whitelistValidation',
]);

/** The JSON pointer of a field, below that of its parent. */
export function pointerOf(field: string, base = ''): string {
  return `${base}/${pointerStep(field.slice(0, 80))}`;
}
