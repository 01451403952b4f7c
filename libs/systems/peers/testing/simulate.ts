import type { Random } from './random.ts';
import { type BrokenRule, Simulation } from './simulation.ts';

/** One run from its seed. @returns the violations at its end */
export function simulate(random: Random, steps: number, broken: BrokenRule | null = null): string[] {
  const simulation = new Simulation(random, broken);
  for (let step = 0; step < steps; step++) simulation.step();
  simulation.settle();
  return simulation.violations();
}
