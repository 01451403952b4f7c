import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Stepper } from '../../testing/random-steps.ts';
import { Simulation } from '../../testing/simulation.ts';
import { until, untilEqual } from '../../testing/until.ts';
import { CORRUPTIONS, Verifier } from '../../testing/verifier.ts';
import type { VerifyFigures } from '../verify/verify-record.ts';

const SEED = Number(process.env['SPARK_TEST_SEED'] ?? 20_261_126);
const RUNS = Number(process.env['SPARK_PROTOCOL_RUNS'] ?? 25);

const put = fc.record({
  kind: fc.constant('put' as const),
  id: fc.nat(10),
  v: fc.nat(99),
  hidden: fc.boolean(),
  trouble: fc.constant(null),
});
const remove = fc.record({ kind: fc.constantFrom('delete' as const, 'move' as const), id: fc.nat(10) });
const plain = fc.record({
  kind: fc.constantFrom(
    'kill-capture' as const,
    'kill-apply',
    'second-apply',
    'recreate-log',
    'clean-tombstones',
    'replace-target',
    'settle',
    'settle',
  ),
});
const corrupt = fc.record({
  kind: fc.constant('corrupt' as const),
  how: fc.constantFrom(...CORRUPTIONS),
  pick: fc.nat(999),
});
const verify = fc.constantFrom({ kind: 'begin-verify' as const }, { kind: 'kill-verify' as const });
const anySteps = fc.array(
  fc.oneof({ weight: 4, arbitrary: put }, remove, plain, { weight: 4, arbitrary: corrupt }, verify),
  { minLength: 5, maxLength: 50 },
);

describe(`copies that a hostile hand corrupts (SPARK_TEST_SEED=${SEED})`, () => {
  let simulation = new Simulation();
  let verifier: Verifier | null = null;

  afterEach(async () => {
    await verifier?.stop();
    await simulation.stop();
  });

  const compared = async (by: Verifier): Promise<VerifyFigures> => {
    await by.begin();
    await until(
      async () => (await by.report())?.state === 'done',
      async () => `the comparison is not done: ${JSON.stringify(await by.report())}`,
    );
    const report = await by.report();
    if (!report) throw new Error('the comparison has left no record');
    return report.figures;
  };

  it(
    'equal the source once they are compared and repaired, whatever else happens meanwhile',
    async () => {
      let corrupted = 0;
      let repaired = 0;
      await fc.assert(
        fc.asyncProperty(anySteps, async (steps) => {
          simulation = new Simulation();
          const stepper = new Stepper(simulation);
          verifier = new Verifier(simulation);
          for (let n = 0; n < 8; n++) simulation.source.put(`cars/first${n}`, { V: n });
          await untilEqual(simulation);
          for (const step of steps) {
            if (step.kind === 'corrupt') verifier.corrupt(step.how, step.pick);
            else if (step.kind === 'begin-verify') await verifier.begin();
            else if (step.kind === 'kill-verify') await verifier.kill();
            else await stepper.take(step);
          }
          corrupted += steps.filter(({ kind }) => kind === 'corrupt').length;
          // One that was under way may have passed what was corrupted after it.
          repaired += (await compared(verifier)).repaired + (await compared(verifier)).repaired;
          await untilEqual(simulation);
          const { missing, stale, ghost, foreign } = await compared(verifier);
          expect({ missing, stale, ghost, foreign }).toEqual({ missing: 0, stale: 0, ghost: 0, foreign: 0 });
          await verifier.stop();
          await simulation.stop();
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
      expect({ corrupted: corrupted > 0, repaired: repaired > 0 }).toEqual({
        corrupted: true,
        repaired: true,
      });
    },
    Math.max(300_000, RUNS * 2_000),
  );
});
