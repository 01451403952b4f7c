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
    for (const fault of faults) expect(fault).toMatch(/must be (a string|a whole number)$/);
  });
});

it('what is said of a wrong value is the field and what it must be, in words of our own', async () => {
  const car = { licensePlate: '', model: 'x'.repeat(101), year: 1800, status: 'Lost', wheels: 4 };
  const person = { firstName: '', lastName: 'y', email: 'x', dateOfBirth: 'May', address: 5 };
  expect(await faultsOf(CarInput, car)).toEqual([
    'wheels is not known here: remove it',
    'licensePlate must have at least 1 character',
    'model must have at most 100 characters',
    'year must be at least 1886',
    expect.stringMatching(/^status must be one of InUse/),
  ]);
  expect(await faultsOf(PersonInput, person)).toEqual([
    'firstName must have at least 1 character',
    'email must be an email address, such as ada@example.org',
    'dateOfBirth must be an ISO 8601 date, such as 1990-05-17',
    expect.stringMatching(/^address must be an object/),
  ]);
  const told = [car, person].map((value, at) => faultsOf(at === 0 ? CarInput : PersonInput, value));
  expect((await Promise.all(told)).flat().join()).not.toMatch(/should|equal to|following|conforming|nested/);
});

it('a list refuses to leave out more than a store can count', async () => {
  expect(await faultsOf(PageQuery, { skip: '99999999999999999999' })).toEqual([
    'skip must be at most 2147483647',
  ]);
  expect(await faultsOf(PageQuery, { skip: '2147483647' })).toEqual([]);
});
