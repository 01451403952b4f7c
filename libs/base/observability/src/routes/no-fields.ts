import { UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { readObject } from './broken-body.ts';
import type { PlatformRequest } from './platform.ts';
import { JSON_FORM, readText } from './read-text.ts';
import { unknownFields } from './unknown-field.ts';

const MOST_BYTES = 64 * 1024;

/**
 * Marks a route that reads its body itself and expects it to be empty: no body and `{}` are the same, and a field is refused, so
 * that nobody believes it had an effect.
 */
export const ReadsNoFields = (): MethodDecorator => UseGuards(new NoFields());

class NoFields implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<true> {
    refuseFields(await readText(context.switchToHttp().getRequest<PlatformRequest>(), JSON_FORM, MOST_BYTES));
    return true;
  }
}

/** @throws {ProblemError} `invalid` (400), naming every field by JSON pointer */
export function refuseFields(text: string): void {
  if (text.trim() === '') return;
  const errors = unknownFields(readObject(text), []);
  if (errors.length > 0) throw new ProblemError('invalid', 'This body must have no fields.', { errors });
}
