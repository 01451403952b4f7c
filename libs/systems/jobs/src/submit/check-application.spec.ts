import { expect, it } from '@jest/globals';
import { faultsOfApplication } from './check-application.ts';

const pointersOf = (changes: object, input: { form: string } | null = null): string[] =>
  faultsOfApplication({ kind: 'spark-app', resource: '/apps/one.py', ...changes }, input).map(
    ({ pointer }) => pointer,
  );

it.each(['/apps/one.py', 'https://apps.internal/one.py', 'file:///apps/one.py', 'local:/apps/one.py'])(
  'An application can be %s',
  (resource) => expect(pointersOf({ resource })).toEqual([]),
);

it.each(['one.py', '--class', '-one.py', '/apps/one.jar', 'hdfs://namenode/one.py', ''])(
  'An application cannot be %j: a worker would not start it as Python, or would take it for an option',
  (resource) => expect(pointersOf({ resource })).toEqual(['/transformation/resource']),
);

it.each([
  ['arguments with U+0000', { args: ['a\0b'] }, '/transformation'],
  ['arguments that are too long', { args: ['x'.repeat(70_000)] }, '/transformation/args'],
  ['another master', { properties: { 'spark.master': 'local' } }, '/transformation/properties/spark.master'],
  [
    'drivers that are started again',
    { properties: { 'spark.driver.supervise': 'true' } },
    '/transformation/properties/spark.driver.supervise',
  ],
  ['settings of something else', { properties: { 'a=b/c': '1' } }, '/transformation/properties/a=b~1c'],
])('%s are refused with their place', (_what, changes, pointer) => {
  expect(pointersOf(changes)).toEqual([pointer]);
});

it('An application has no input', () => {
  expect(pointersOf({}, { form: 'documents' })).toEqual(['/input']);
});
