import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { durationsOf, root } from './durations.ts';
import LongestFirst from './longest-first.ts';

type Options = ConstructorParameters<typeof LongestFirst>[0];
type Test = Parameters<LongestFirst['sort']>[0][number];

const suite = (name: string, seconds: number, status = 'passed') => ({
  name: join(root, name),
  status,
  startTime: 5_000,
  endTime: 5_000 + seconds * 1_000,
  assertionResults: [],
});

/** A suite to be run, on a machine that keeps nothing of earlier runs. */
const toRun = (path: string) =>
  ({
    path: join(root, path),
    context: { config: { cache: false }, hasteFS: { getSize: () => 1 } },
  }) as unknown as Test;

it('on a new machine the suites that take long begin first, the longest before all', async () => {
  const committed = JSON.parse(readFileSync(join(import.meta.dirname, 'durations.json'), 'utf8')) as object;
  const long = Object.keys(committed);
  expect(long.length).toBeGreaterThan(20);
  const sequencer = new LongestFirst({} as Options);
  // oxlint-disable-next-line unicorn/no-array-sort -- Jest's own
  const sorted = await sequencer.sort(['libs/short.spec.ts', ...long.toReversed()].map(toRun));
  const order = sorted.map(({ path }) => path);
  expect(order[0]).toBe(join(root, long[0] ?? ''));
  expect(order.at(-1)).toBe(join(root, 'libs/short.spec.ts'));
});

it('what is written after a run is how long the long suites took that passed', () => {
  const testResults = [suite('a.spec.ts', 9), suite('b.spec.ts', 12), suite('c.spec.ts', 80)];
  const report = { testResults: [...testResults, suite('d.spec.ts', 500, 'failed')] };
  const written = durationsOf(report as unknown as Parameters<typeof durationsOf>[0]);
  expect(Object.entries(written)).toEqual([
    ['c.spec.ts', 80],
    ['b.spec.ts', 12],
  ]);
});
