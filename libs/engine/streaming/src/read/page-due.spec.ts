import { describe, expect, it } from '@jest/globals';
import type { ChangePage } from '@nestjs-spark/contracts/internal';
import { isDue, nextStep, type DueFacts, type StepFacts } from './page-due.ts';

const change = { kind: 'delete', id: 'cars/1', etag: 105 } as const;
const empty: Pick<ChangePage, 'databaseId' | 'to' | 'drained' | 'changes'> = {
  databaseId: 'db',
  to: 110,
  drained: true,
  changes: [],
};
const facts: DueFacts = {
  page: empty,
  published: { to: 100, live: true },
  silentMs: 10,
  watermarkMs: 1_000,
  asked: null,
};

describe('whether the requester hears of a page', () => {
  it.each<[string, Partial<DueFacts>, boolean]>([
    ['with changes', { page: { ...empty, changes: [change] } }, true],
    ['that is empty, while others were published lately', {}, false],
    ['that is empty, after a silence', { silentMs: 1_000 }, true],
    ['that is empty and no news, after a silence', { silentMs: 1_000, page: { ...empty, to: 100 } }, false],
    ['with which a first copy is complete', { published: { to: 100, live: false } }, true],
    [
      'in the middle of a first copy',
      { published: { to: 1, live: false }, page: { ...empty, drained: false } },
      false,
    ],
    ['that was asked for', { asked: { databaseId: 'db', lastEtag: 101 } }, true],
    ['where what was asked for is published', { asked: { databaseId: 'db', lastEtag: 100 } }, false],
    ['where another database was asked for', { asked: { databaseId: 'other', lastEtag: 101 } }, false],
    [
      'that is not news, although asked for',
      { asked: { databaseId: 'db', lastEtag: 101 }, page: { ...empty, to: 100 } },
      false,
    ],
  ])('%s', (_what, changed, due) => {
    expect(isDue({ ...facts, ...changed })).toBe(due);
  });
});

describe('what is done with a page', () => {
  const nothing: StepFacts = { due: false, rerun: false, room: false, stale: true };

  it.each<[string, Partial<StepFacts>, ReturnType<typeof nextStep>]>([
    ['that is not due', {}, 'pass'],
    ['that is due', { due: true, stale: false }, 'publish'],
    ['that is due, with a witness from too long ago', { due: true }, 'raise'],
    ['after which documents are rerun', { rerun: true, room: true, stale: false }, 'publish'],
    ['after which documents are rerun, with an old witness', { rerun: true, room: true }, 'raise'],
    ['without room for the documents that are rerun', { due: true, rerun: true, stale: false }, 'raise'],
  ])('%s', (_what, changed, step) => {
    expect(nextStep({ ...nothing, ...changed })).toBe(step);
  });
});
