import { describe, it } from '@jest/globals';
import fc from 'fast-check';
import { Simulation } from '../../testing/simulation.ts';
import { Stepper, anySteps } from '../../testing/random-steps.ts';
import { requireNotFalselyClean, runAgainUntilSettled, untilSettled } from '../../testing/until.ts';

// One seed for everyone: new ones are for the nightly run to try, not for each change.
const SEED = Number(process.env['SPARK_TEST_SEED'] ?? 20_261_121);
const RUNS = Number(process.env['SPARK_PROTOCOL_RUNS'] ?? 60);

describe(`the capture-log-apply protocol (SPARK_TEST_SEED=${SEED})`, () => {
  it(
    'whatever goes wrong, in whatever order: never is anything amiss while nobody complains, and the target ends up equal to the source',
    async () => {
      await fc.assert(
        fc.asyncProperty(anySteps, async (steps) => {
          const simulation = new Simulation();
          try {
            const stepper = new Stepper(simulation);
            for (const step of steps) {
              await stepper.take(step);
              requireNotFalselyClean(simulation);
            }
            stepper.allUp();
            // A last change, so that a restored source has something new to be found out by.
            simulation.source.put('cars/last', { V: 'last' });
            simulation.surroundings.isFair = true;
            await (stepper.needsRerun ? runAgainUntilSettled(simulation) : untilSettled(simulation));
          } finally {
            await simulation.stop();
          }
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
    },
    Math.max(300_000, RUNS * 200),
  );
});
