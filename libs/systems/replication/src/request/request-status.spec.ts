import { expect, it } from '@jest/globals';
import { engineOf, RequestStatus } from './request-status.ts';

it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty'])(
  'a task called %s has the engine that the owner answered, and none before',
  (name) => {
    const requests = new RequestStatus();
    requests.sent('Fleet', 1, {});
    expect(engineOf(requests.of('Fleet'), name)).toBeNull();
    requests.deployed('Fleet', 1, 1, { [name]: 'etl' });
    expect(engineOf(requests.of('Fleet'), name)).toBe('etl');
  },
);
