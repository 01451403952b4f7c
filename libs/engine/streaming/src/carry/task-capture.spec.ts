import { expect, it } from '@jest/globals';
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
    const told = simulation.said.filter((text) => text.includes('from etag 1, because the log says so'));
    expect(told).toHaveLength(1);
  } finally {
    await simulation.stop();
  }
});
