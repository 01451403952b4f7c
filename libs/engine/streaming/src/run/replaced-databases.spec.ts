import { afterEach, describe, it } from '@jest/globals';
import { Simulation } from '../../testing/simulation.ts';
import { untilSettled } from '../../testing/until.ts';

const OLD = 40;

let simulation: Simulation;
afterEach(() => simulation.stop());

function put(from: number, to: number, V: unknown): void {
  for (let n = from; n <= to; n++) simulation.source.put(`cars/${n}`, { V });
}

const replaceBoth = (): void => {
  simulation.replaceSource();
  simulation.replaceTarget();
};

/** Further ways to make databases new behind an old route, whose sets nobody has confirmed. */
const WAYS: [string, () => void | Promise<void>][] = [
  [
    'both, and there is less in the new one',
    () => {
      replaceBoth();
      put(1, 3, 'new');
    },
  ],
  [
    'both, and there is more in the new one, so that its etags are the higher ones',
    () => {
      replaceBoth();
      put(1, 3 * OLD, 'new');
    },
  ],
  [
    'both, and the new one has the very same documents',
    () => {
      replaceBoth();
      put(1, OLD, 'old');
    },
  ],
  ['both, and the new one is empty', replaceBoth],
  [
    'the owner’s twice, before the requester’s once',
    () => {
      simulation.replaceSource();
      put(OLD + 1, 2 * OLD, 'between');
      replaceBoth();
      put(1, 5, 'new');
    },
  ],
  [
    'both, while nobody carries the task',
    async () => {
      await simulation.stopCaptures();
      replaceBoth();
      put(1, 5, 'new');
      simulation.startCapture();
    },
  ],
  [
    'both, and the board is lost, too',
    () => {
      replaceBoth();
      simulation.control.lose();
      put(1, 5, 'new');
    },
  ],
  [
    'both, and the log is restored to an earlier state',
    () => {
      const before = simulation.log.backup();
      replaceBoth();
      put(1, 5, 'new');
      simulation.log.restore(before);
    },
  ],
  [
    'both, and the log is a new one, too',
    () => {
      replaceBoth();
      simulation.log.recreate();
      put(1, 5, 'new');
    },
  ],
  [
    'the owner’s by its own earlier state, and the requester’s by a new one',
    () => {
      const restore = simulation.backupSource();
      put(1, OLD, 'later');
      restore();
      simulation.replaceTarget();
      put(1, 2, 'new');
    },
  ],
  [
    'both, with a script other than that of the old sets',
    () => {
      replaceBoth();
      simulation.changeScript('v2');
      put(1, 5, 'new');
    },
  ],
  [
    'both, the new one in the middle of a first copy once more',
    async () => {
      replaceBoth();
      put(1, 5, 'between');
      const apply = simulation.startApply();
      await apply.kill();
      replaceBoth();
      put(2, 4, 'new');
    },
  ],
];

describe('A copy counts as complete only when it is exactly what the owner has now, also when databases are replaced behind unconfirmed sets', () => {
  it.each(WAYS)('%s', async (_what, replace) => {
    simulation = new Simulation();
    put(1, OLD, 'old');
    simulation.startCapture();
    await simulation.flush();
    await new Promise((resolve) => setImmediate(resolve));
    await replace();
    simulation.startApply();
    await untilSettled(simulation);
    put(7, 9, 'newest');
    simulation.source.delete('cars/2');
    await untilSettled(simulation);
  });
});
