import { expect, it } from '@jest/globals';
import { checkpointOf } from '../../testing/checkpoint.ts';
import { TASK } from '../../testing/simulation.ts';
import type { SourceAnswer } from '../task/tasks.ts';
import { ApplyProgress } from './progress.ts';
import { CatchUp } from './catch-up.ts';

it('An answer about a database that was replaced while the question was open is not believed: the owner is asked again', async () => {
  const questions: PromiseWithResolvers<SourceAnswer>[] = [];
  const ask = (): Promise<SourceAnswer> => {
    const question = Promise.withResolvers<SourceAnswer>();
    questions.push(question);
    return question.promise;
  };
  const source = { ask, sendAgain: () => Promise.resolve() };
  const progress = new ApplyProgress({ key: TASK, collection: 'Cars', fingerprint: 'v1' }, { count: 0 });
  const sets = { tail: () => Promise.resolve(null) };
  const catchUp = new CatchUp(TASK, { source, sets, idleMs: 10 }, progress);
  const answer = async (at: number, databaseId: string, sourceEtag: number): Promise<void> => {
    questions[at]?.resolve({ databaseId, sourceEtag });
    await new Promise(setImmediate);
  };
  progress.active = true;
  progress.applied(checkpointOf(TASK, { databaseId: 'old', to: 900, live: true, swept: true }));
  catchUp.find();
  progress.applied(
    checkpointOf(TASK, { databaseId: 'new', incarnation: 'b', to: 10, live: true, swept: true }),
  );
  progress.sourceReplaced({ databaseId: 'new', etag: 10 });
  await answer(0, 'old', 900);
  expect(progress.catchUpTo).toBeNull();
  expect(progress.report()).toMatchObject({ sourceEtag: 10, complete: false });
  await answer(1, 'new', 10);
  expect(progress.report()).toMatchObject({ sourceEtag: 10, lag: 0, complete: true });
  expect(questions).toHaveLength(2);
});
