import { describe, expect, it } from '@jest/globals';
import { Random } from '../../testing/random.ts';
import { simulate } from '../../testing/simulate.ts';
import type { BrokenRule } from '../../testing/simulation.ts';

// One seed for everyone: new ones are for the nightly run to try, not for each change.
const SEED = Number(process.env['SPARK_TEST_SEED'] ?? 20_261_126);
const RUNS = Number(process.env['SPARK_PEER_RUNS'] ?? 500);
const STEPS = 200;
const RULES: BrokenRule[] = ['the fence', 'two lives', 'no reading over a gap', 'no sweep'];

describe(`replicas of one service (SPARK_TEST_SEED=${SEED})`, () => {
  it(
    'are equal in the end, and have lost nothing that was acknowledged, whatever happened to them',
    () => {
      for (let run = 0; run < RUNS; run++) {
        expect({ run, wrong: simulate(new Random(SEED + run), STEPS) }).toEqual({ run, wrong: [] });
      }
    },
    Math.max(300_000, RUNS * 200),
  );

  it('do the same again for the same seed', () => {
    const once = simulate(new Random(SEED), STEPS, 'the fence');
    expect(simulate(new Random(SEED), STEPS, 'the fence')).toEqual(once);
  });

  it.each(RULES)('are found to be wrong without a rule: %s', (rule) => {
    const seeds = Array.from({ length: 400 }, (_, run) => SEED + run);
    expect(seeds.some((seed) => simulate(new Random(seed), STEPS, rule).length > 0)).toBe(true);
  });
});
