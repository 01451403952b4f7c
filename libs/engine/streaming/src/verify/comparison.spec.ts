import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { MemorySink } from '@nestjs-spark/testing';
import { Simulation } from '../../testing/simulation.ts';
import { until, untilEqual } from '../../testing/until.ts';
import { Verifier } from '../../testing/verifier.ts';
import type { VerifyRecord } from './verify-record.ts';

const MORE_THAN_ONE_BATCH = 300;

describe('a comparison', () => {
  let simulation: Simulation;
  let verifier: Verifier;

  beforeEach(async () => {
    simulation = new Simulation();
    simulation.startCapture();
    simulation.startApply();
    verifier = new Verifier(simulation);
    for (let n = 0; n < 5; n++) simulation.source.put(`cars/${n}`, { V: n });
    await untilEqual(simulation);
  });
  afterEach(async () => {
    await verifier.stop();
    await simulation.stop();
  });

  const done = async (): Promise<VerifyRecord> => {
    await until(
      async () => (await verifier.report())?.state === 'done',
      async () => `the comparison is not done: ${JSON.stringify(await verifier.report())}`,
    );
    const report = await verifier.report();
    if (!report) throw new Error('the comparison has left no record');
    return report;
  };

  const corrupt = (ghosts: number): void => {
    for (let n = 0; n < ghosts; n++) verifier.corrupt('ghost', n * 5);
  };

  /** The owner is away once, after some ghosts were counted. */
  const awayMidway = (): void => {
    let isAway = true;
    verifier.beforeAnswer = async () => {
      const counted = (await verifier.report())?.figures.ghost ?? 0;
      if (!isAway || counted === 0) return;
      isAway = false;
      throw new UnavailableError('the owner is away');
    };
  };

  it('looks up no copy by id if all are found in the order in which they were written', async () => {
    await verifier.begin();
    expect((await done()).figures).toMatchObject({ checked: 5, equal: 5 });
    expect(verifier.lookedUp).toEqual([]);
  });

  it('judges a copy that the scan does not return by what is stored under its id', async () => {
    const { target } = simulation;
    target.remove('cars/3');
    target.wholeCopies = async function* (name) {
      for await (const copies of MemorySink.prototype.wholeCopies.call(target, name))
        yield copies.filter(({ id }) => id !== 'cars/1' && id !== 'cars/2');
    };
    verifier.corrupt('changed', 2);
    await verifier.begin(false);
    expect((await done()).figures).toMatchObject({ checked: 5, equal: 3, missing: 1, stale: 1 });
  });

  it.each([
    [false, 'reported'],
    [true, 'repaired'],
  ])('that is interrupted counts each ghost once (repair %p: %s)', async (repair) => {
    corrupt(MORE_THAN_ONE_BATCH);
    awayMidway();
    await verifier.begin(repair);
    const { figures, examples } = await done();
    expect(figures).toEqual({
      checked: 5 + MORE_THAN_ONE_BATCH,
      equal: 5,
      missing: 0,
      stale: 0,
      ghost: MORE_THAN_ONE_BATCH,
      foreign: 0,
      repaired: repair ? MORE_THAN_ONE_BATCH : 0,
    });
    expect(new Set(examples.map(({ id }) => id)).size).toBe(100);
  });

  it('gives up what it has asked the owner when it is ended', async () => {
    corrupt(1);
    let givenUp = false;
    verifier.beforeAnswer = (signal) =>
      new Promise((_, reject) => {
        const giveUp = (): void => {
          givenUp = true;
          reject(new Error('given up'));
        };
        if (signal.aborted) giveUp();
        signal.addEventListener('abort', giveUp, { once: true });
      });
    await verifier.begin();
    await until(
      () => verifier.asked.length > 0,
      () => 'the owner is never asked',
    );
    await verifier.stop();
    expect(givenUp).toBe(true);
  });

  it('that is interrupted does not ask again for what it has found to be in order', async () => {
    corrupt(MORE_THAN_ONE_BATCH);
    awayMidway();
    await verifier.begin(false);
    expect((await done()).figures.equal).toBe(5);
    expect(verifier.asked.filter((id) => id.startsWith('cars/'))).toEqual([]);
  });
});
