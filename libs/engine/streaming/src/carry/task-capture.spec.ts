import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { plainScripts } from '../../testing/plain-scripts.ts';
import { Simulation } from '../../testing/simulation.ts';
import { until, untilEqual } from '../../testing/until.ts';

it('A task whose script is changed while it is being opened has not failed', async () => {
  const simulation = new Simulation();
  const opening = Promise.withResolvers<void>();
  let openings = 0;
  simulation.scripts = {
    open: async (transformation, signal) => {
      if (openings++ > 0) return plainScripts.open(transformation, signal);
      opening.resolve();
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    },
  };
  try {
    simulation.source.put('cars/1', { V: 1 });
    simulation.startCapture();
    simulation.startApply();
    await opening.promise;
    simulation.changeScript('v2');
    await untilEqual(simulation);
    expect(simulation.warnings).toEqual([]);
  } finally {
    await simulation.stop();
  }
});

it('Where it begins is logged once, however often it begins there while its store accepts nothing', async () => {
  const simulation = new Simulation();
  let attempts = 0;
  simulation.source.raiseWitness = async () => {
    attempts++;
    throw new UnavailableError('the disk is full');
  };
  try {
    simulation.source.put('cars/1', { V: 1 });
    simulation.startCapture();
    await until(
      () => attempts >= 5,
      () => `${attempts} attempts`,
    );
    const told = simulation.said.filter((text) => text.includes('from etag 1, because its log ends there'));
    expect(told).toHaveLength(1);
  } finally {
    await simulation.stop();
  }
});

describe('A script that is changed many times', () => {
  const NEVER = 3_600_000;

  /** After the change to v2 has been carried out. */
  async function afterFirstChange(changedMs: number) {
    const simulation = new Simulation(undefined, { changedMs });
    const scripts = { opened: 0, closed: 0 };
    simulation.scripts = {
      open: async (transformation, signal) => {
        scripts.opened++;
        const runner = await plainScripts.open(transformation, signal);
        return { ...runner, paidBy: () => runner, close: () => void scripts.closed++ };
      },
    };
    simulation.source.put('cars/1', { V: 1 });
    simulation.startCapture();
    simulation.startApply();
    await untilEqual(simulation);
    simulation.changeScript('v2');
    await untilEqual(simulation);
    return { simulation, scripts };
  }

  it('ends at once for each change, and begins again only when that is due', async () => {
    const { simulation, scripts } = await afterFirstChange(NEVER);
    const { opened, closed } = scripts;
    const begun = simulation.said.length;
    try {
      for (let n = 3; n <= 6; n++) {
        simulation.changeScript(`v${n}`);
        await until(
          () => scripts.closed > closed,
          () => JSON.stringify(scripts),
        );
      }
    } finally {
      await simulation.stop();
    }
    expect(scripts.opened).toBe(opened);
    expect(simulation.said).toHaveLength(begun);
  });

  it('continues undisturbed when it is agreed again unchanged', async () => {
    const { simulation, scripts } = await afterFirstChange(0);
    const { closed } = scripts;
    try {
      simulation.changeScript('v2');
      simulation.source.put('cars/2', { V: 2 });
      await untilEqual(simulation);
      expect(scripts.closed).toBe(closed);
    } finally {
      await simulation.stop();
    }
  });

  it('makes the copies of the last change once that is due', async () => {
    const { simulation } = await afterFirstChange(20);
    try {
      for (let n = 3; n <= 6; n++) simulation.changeScript(`v${n}`);
      await untilEqual(simulation);
    } finally {
      await simulation.stop();
    }
  });
});
