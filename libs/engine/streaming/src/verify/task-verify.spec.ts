import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Simulation } from '../../testing/simulation.ts';
import { until, untilEqual } from '../../testing/until.ts';
import { Verifier } from '../../testing/verifier.ts';
import { VerifyRecords, type VerifyRecord } from './verify-record.ts';

describe('comparisons that begin by themselves', () => {
  let simulation: Simulation;
  let verifier: Verifier | null = null;

  beforeEach(() => {
    simulation = new Simulation();
  });

  afterEach(async () => {
    await verifier?.stop();
    await simulation.stop();
  });

  const reported = async (what: string, is: (record: VerifyRecord) => boolean): Promise<void> =>
    until(
      async () => {
        const report = await verifier?.report();
        return report ? is(report) : false;
      },
      async () => `never ${what}: ${JSON.stringify(await verifier?.report())}`,
    );

  it('wait until there is something to compare, and begin again and again', async () => {
    verifier = new Verifier(simulation, { everyMs: 1, depth: 'content', repair: true });
    await reported(
      'waiting',
      ({ state, reason }) => state === 'waiting' && reason === 'nothing is copied yet',
    );
    simulation.startCapture();
    simulation.startApply();
    for (let n = 0; n < 5; n++) simulation.source.put(`cars/${n}`, { V: n });
    await untilEqual(simulation);
    await reported('all equal', ({ state, figures }) => state === 'done' && figures.equal === 5);
    verifier.corrupt('changed', 2);
    await reported('one stale', ({ figures }) => figures.stale === 1);
    await untilEqual(simulation);
    await reported('all equal again', ({ state, figures }) => state === 'done' && figures.equal === 5);
    expect(simulation.differences()).toEqual([]);
  });

  it('replace what is not a record of a comparison', async () => {
    await simulation.kept.write('sparkVerifications/fleet/hr/cars', 'SparkVerifications', { other: 1 }, null);
    verifier = new Verifier(simulation, { everyMs: 1, depth: 'content', repair: true });
    await reported('begun', ({ depth, repair }) => depth === 'content' && repair);
  });
});

describe('a task that nobody has compared', () => {
  let simulation: Simulation;
  let verifier: Verifier | null = null;

  beforeEach(() => {
    simulation = new Simulation();
  });

  afterEach(async () => {
    await verifier?.stop();
    jest.restoreAllMocks();
    await simulation.stop();
  });

  const NEVER_MS = 2 ** 30;
  const isDone = async (): Promise<boolean> => (await verifier?.report())?.state === 'done';

  it('leaves the database alone until a comparison is asked for', async () => {
    const read = jest.spyOn(VerifyRecords.prototype, 'read');
    verifier = new Verifier(simulation, null, { tickMs: 1, askedMs: NEVER_MS });
    simulation.startCapture();
    simulation.startApply();
    for (let n = 0; n < 20; n++) {
      simulation.source.put('cars/1', { V: n });
      await untilEqual(simulation);
    }
    expect(read).toHaveBeenCalledTimes(1);
    await verifier.begin();
    await until(isDone, () => 'what was asked for is never done');
  });

  it('is compared when its time has come, although nobody asks', async () => {
    verifier = new Verifier(simulation, { everyMs: 1, depth: 'ids', repair: false }, { askedMs: NEVER_MS });
    simulation.startCapture();
    simulation.startApply();
    simulation.source.put('cars/1', { V: 1 });
    await untilEqual(simulation);
    await until(isDone, () => 'what was due is never done');
    const { startedAt } = (await verifier.report()) ?? {};
    await until(
      async () => (await verifier?.report())?.startedAt !== startedAt,
      () => 'it is never compared again',
    );
  });
});
