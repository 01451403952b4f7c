import { expect, it } from '@jest/globals';
import { cannotBeUsed } from './cannot-be-used.ts';

it('A Nest module that cannot use its settings is named, and each fault has a line of its own', () => {
  expect(cannotBeUsed('SparkJobsModule', ['store has to be memory or jetstream', 'role: remove it'])).toBe(
    'The settings of SparkJobsModule cannot be used:\n  - store has to be memory or jetstream\n  - role: remove it',
  );
});
