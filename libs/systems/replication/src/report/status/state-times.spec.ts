import { expect, it } from '@jest/globals';
import { StateTimes } from './state-times.ts';

it('The times of a task say since when it is in its state, and when it moved and began a generation', () => {
  let now = 1_000;
  const times = new StateTimes(() => now);
  const at = (ms: number) => new Date(ms).toISOString();
  const streaming = { state: 'Streaming', generation: 1, position: 5 };
  expect(times.note('a', streaming)).toEqual({
    since: at(1_000),
    generationStartedAt: null,
    lastChangeAt: null,
  });
  now = 2_000;
  expect(times.note('a', { ...streaming, position: 6 })).toEqual({
    since: at(1_000),
    generationStartedAt: null,
    lastChangeAt: at(2_000),
  });
  now = 3_000;
  const next = times.note('a', { state: 'Snapshotting', generation: 2, position: 6 });
  expect(next).toEqual({ since: at(3_000), generationStartedAt: at(3_000), lastChangeAt: at(2_000) });
});
