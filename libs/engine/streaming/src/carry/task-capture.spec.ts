import { expect, it } from '@jest/globals';
import { plainScripts } from '../../testing/plain-scripts.ts';
import { Simulation } from '../../testing/simulation.ts';
import { untilEqual } from '../../testing/until.ts';

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
