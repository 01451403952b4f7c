import type { ValidationError } from '@nestjs/common';
import type { ProblemField } from '@nestjs-spark/contracts';
import { pointerStep } from '@nestjs-spark/foundation/internal';
import { unknownField } from '../routes/unknown-field.ts';
import { inOurWords } from './validation-words.ts';

/** The names that the class of a validated object declares. */
export type KnownFields = (target: object) => readonly string[];

/** What this needs of class-validator, an optional package. */
export interface Validator {
  getMetadataStorage(): {
    getTargetValidationMetadatas(
      type: object,
      schema: string,
      always: boolean,
      strictGroups: boolean,
    ): { propertyName: string }[];
  };
}

/** What the decorators of class-validator have declared. */
export const knownFields =
  ({ getMetadataStorage }: Validator): KnownFields =>
  (target) => [
    ...new Set(
      getMetadataStorage()
        .getTargetValidationMetadatas(target.constructor, '', true, false)
        .map(({ propertyName }) => propertyName),
    ),
  ];

/** The findings of class-validator, as JSON pointers into the body with one sentence each. */
export function fieldsOf(errors: ValidationError[], known: KnownFields, base = ''): ProblemField[] {
  return errors.flatMap((error) => {
    const pointer = pointerOf(error.property, base);
    const own = Object.entries(error.constraints ?? {}).map(([check, message]) => ({
      pointer,
      detail: check === UNKNOWN ? sayUnknown(error, known) : inOurWords(check, message),
    }));
    return [...own, ...fieldsOf(error.children ?? [], known, pointer)];
  });
}

const UNKNOWN = 'whitelistValidation';

/** Only a field that is missing can have been meant. */
function sayUnknown({ property, target }: ValidationError, known: KnownFields): string {
  const given = new Map(Object.entries(target ?? {}));
  const missing = target ? known(target).filter((name) => given.get(name) === undefined) : [];
  return unknownField(property, missing);
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
  UNKNOWN,
]);

/** The JSON pointer of a field, below that of its parent. */
export function pointerOf(field: string, base = ''): string {
  return `${base}/${pointerStep(field.slice(0, 80))}`;
}
