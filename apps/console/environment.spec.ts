import { expect, it } from '@jest/globals';
import { modulesFromEnvironment } from './environment.ts';

it('The console is told of modules that no registry has', () => {
  expect(modulesFromEnvironment({})).toEqual([]);
  expect(
    modulesFromEnvironment({ SPARK_CONSOLE_MODULES: 'Jobs=http://jobs:5004, notes-a=http://a?b=c' }),
  ).toEqual([
    { name: 'Jobs', url: 'http://jobs:5004' },
    { name: 'notes-a', url: 'http://a?b=c' },
  ]);
});
