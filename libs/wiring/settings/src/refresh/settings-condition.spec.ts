import { expect, it } from '@jest/globals';
import { describeCondition } from './settings-condition.ts';

it('A store that is away is named once, by its error or beside it', () => {
  const detailOf = (reason: string) =>
    describeCondition({ state: 'away', reason }, 3, 'NATS (a:4222)').detail;
  expect(detailOf('NATS (a:4222) cannot be reached: check it')).toBe(
    'version 3 is in use; NATS (a:4222) cannot be reached: check it',
  );
  expect(detailOf('no answer')).toBe('version 3 is in use; NATS (a:4222) is away: no answer');
});

it('A store without central settings is reported as such', () => {
  expect(describeCondition({ state: 'current' }, null, 'NATS (a:4222)').detail).toBe(
    'NATS (a:4222) has no central settings',
  );
});
