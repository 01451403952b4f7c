import { describe, expect, it } from '@jest/globals';
import { ValidationProblemPipe } from '@nestjs-spark/observability';
import type { Type } from '@nestjs/common';
import { CarInput } from '../../fleet/cars/car.dto.ts';
import { PersonInput } from '../../hr/people/person.dto.ts';
import { PageQuery } from './page-query.ts';

interface Refusal {
  errors: { pointer: string; detail: string }[];
}

async function faultsOf(type: Type, value: object): Promise<string[]> {
  const checking = new ValidationProblemPipe().transform(value, { type: 'body', metatype: type });
  const refusal = await (checking as Promise<unknown>).then(
    () => ({ errors: [] }),
    (error: Refusal) => error,
  );
  return refusal.errors.map(({ detail }) => detail);
}

describe('what is said of a field of the wrong type', () => {
  it.each([
    [CarInput, { licensePlate: 7, model: 'Golf', year: '2024' }],
    [PersonInput, { firstName: 'Ada', lastName: null }],
    [PageQuery, { take: 'many' }],
  ])('is which type it has to be: %p', async (type, value) => {
    const faults = await faultsOf(type, value);
    expect(faults.length).toBeGreaterThan(0);
    for (const fault of faults) expect(fault).toMatch(/must be (a string|an integer number)$/);
  });
});
