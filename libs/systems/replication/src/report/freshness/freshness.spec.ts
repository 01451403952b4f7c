import { expect, it } from '@jest/globals';
import type { IncomingTask } from '../../tasks/task-status.ts';
import { applyReport, declaredCars } from '../fixtures/requester.ts';
import { judgeIncoming } from '../status/judge-incoming.ts';
import { judgeFreshness, type Asked } from './freshness.ts';

const task = (more: Partial<IncomingTask> = {}): IncomingTask => ({
  ...judgeIncoming({
    declared: declaredCars,
    report: applyReport(),
    request: null,
    askingForMs: null,
    owner: null,
    ownerAddress: null,
    now: 0,
  }),
  ...more,
});
const at = (sourceEtag: number, databaseId = 'fleet-db'): Asked => ({ sourceEtag, databaseId });
const WAITING = { state: 'Waiting', lastError: 'nothing has been heard from Fleet' } as const;
const BEHIND = { lag: 40, behindMs: 7_000, sourceEtag: 140 };

it.each<[string, IncomingTask[], Asked | null, number | null]>([
  ['nothing is declared', [], null, null],
  ['the owner answers, and everything is here', [task()], at(100), 0],
  ['the owner names an etag that is not here, and the task says 0', [task()], at(101), null],
  [
    'the owner names an etag that is not here, and the task says how old it is',
    [task(BEHIND)],
    at(140),
    7_000,
  ],
  ['what is missing is known not to concern the copy', [task({ sourceEtag: 140 })], at(140), 0],
  ['the owner has another database', [task()], at(3, 'new'), null],
  ['the owner does not answer, and says on the bus that nothing is missing', [task()], null, 0],
  ['the owner does not answer, and says on the bus what is missing', [task(BEHIND)], null, 7_000],
  ['the owner neither answers nor is heard from', [task(WAITING)], null, null],
  ['the same, a minute later', [task({ ...WAITING, lag: null, behindMs: null })], null, null],
  [
    'the owner neither answers nor is heard from, and something was missing',
    [task({ ...WAITING, ...BEHIND })],
    null,
    7_000,
  ],
  ['the owner does not answer, and the task is faulted', [task({ state: 'Faulted' })], null, null],
  ['the owner answers although the task waits', [task(WAITING)], at(100), 0],
  ['one of two tasks waits', [task(), task({ ...WAITING, name: 'Old' })], null, null],
  [
    'the state of one of two tasks is unknown',
    [task(), task({ name: 'Old', lag: null, behindMs: null })],
    null,
    null,
  ],
  ['one of two tasks is behind', [task(), task({ ...BEHIND, name: 'Old' })], null, 7_000],
])(
  'The age of a copy is 0 only where it is known that nothing is missing: %s',
  (_what, tasks, asked, behindMs) => {
    expect(judgeFreshness(tasks, asked)).toMatchObject({ behindMs, sourceReachable: asked !== null });
  },
);
