import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Pace } from '../task/pace.ts';
import { settle } from '../../testing/random-steps.ts';
import { Simulation } from '../../testing/simulation.ts';
import { until, untilEqual } from '../../testing/until.ts';

describe('the capture-log-apply protocol', () => {
  let simulation = new Simulation();

  function fresh(pace: Partial<Pace> = {}): Simulation {
    simulation = new Simulation(undefined, pace);
    return simulation;
  }

  afterEach(() => simulation.stop());

  it('a document created, changed and deleted at the source is created, changed and deleted at the target', async () => {
    const { source, target } = fresh();
    simulation.startCapture();
    simulation.startApply();
    source.put('cars/1', { V: 1 });
    await until(
      () => target.documents.get('cars/1')?.fields.V === 1,
      () => 'not created',
    );
    source.put('cars/1', { V: 2 });
    await until(
      () => target.documents.get('cars/1')?.fields.V === 2,
      () => 'not changed',
    );
    source.delete('cars/1');
    await until(
      () => !target.documents.has('cars/1'),
      () => 'not deleted',
    );
  });

  it('a copy is not complete before everything that was there is copied', async () => {
    const { source } = fresh();
    for (let i = 0; i < 500; i++) source.put(`cars/${i}`, { V: i });
    simulation.startApply();
    await settle();
    expect(simulation.complete).toBe(false);
    simulation.startCapture();
    await until(
      () => simulation.complete,
      () => 'never complete',
    );
    expect(simulation.differences()).toEqual([]);
  });

  it('each version is applied once although the log is read again after every kill', async () => {
    const { source, target } = fresh();
    for (let i = 0; i < 300; i++) source.put(`cars/${i}`, { V: i });
    simulation.startCapture();
    for (let kill = 0; kill < 10; kill++) {
      const apply = simulation.startApply();
      await settle();
      await apply.kill();
    }
    simulation.startApply();
    await untilEqual(simulation);
    expect([...target.applications.values()].filter((times) => times > 1)).toEqual([]);
  });

  it('a changed script reads everything again and leaves no copy of the older one', async () => {
    const { source, target } = fresh();
    source.put('cars/1', { V: 1 });
    source.put('cars/2', { V: 2 });
    simulation.startCapture();
    simulation.startApply();
    await untilEqual(simulation);
    source.put('cars/2', { V: 2, Hidden: true });
    simulation.changeScript('v2');
    await untilEqual(simulation);
    expect([...target.documents.values()].map(({ generation }) => generation)).toEqual(['HR/cars:2']);
  });

  it('a source restored under its own id is found out by its witness, even when its etags have caught up', async () => {
    const { source } = fresh();
    simulation.startApply();
    const capture = simulation.startCapture();
    source.put('cars/1', { V: 1 });
    await untilEqual(simulation);
    const backup = source.backup();
    for (let i = 0; i < 5; i++) source.put(`cars/new-${i}`, { V: i });
    await untilEqual(simulation);
    await capture.kill();
    source.restore(backup);
    for (let i = 0; i < 50; i++) source.put(`cars/other-${i}`, { V: i });
    simulation.startCapture();
    await untilEqual(simulation);
  });

  it('deletes that the store removed unread lead to a new generation, not to ghosts', async () => {
    const { source } = fresh();
    for (let i = 0; i < 20; i++) source.put(`cars/${i}`, { V: i });
    simulation.startApply();
    const capture = simulation.startCapture();
    await untilEqual(simulation);
    await capture.kill();
    source.delete('cars/3');
    source.put('cars/4', { V: 'after' });
    source.loseTombstones();
    simulation.startCapture();
    await untilEqual(simulation);
  });

  it('a log that is lost with all that was known of it, while the requester is away, leaves no ghosts', async () => {
    const { source, log, control } = fresh();
    source.put('cars/1', { V: 1 });
    source.put('cars/2', { V: 2 });
    const capture = simulation.startCapture();
    const away = simulation.startApply();
    await untilEqual(simulation);
    await away.kill();
    source.delete('cars/2');
    await settle();
    source.loseTombstones();
    await capture.kill();
    log.recreate();
    control.lose();
    simulation.startCapture();
    await settle();
    source.put('cars/3', { V: 3 });
    simulation.startApply();
    await untilEqual(simulation);
  });

  it('a source and its log that are both restored begin another generation, although its numbers are the same', async () => {
    const { source, log, control } = fresh();
    const empty = { source: source.backup(), log: log.backup() };
    const capture = simulation.startCapture();
    const apply = simulation.startApply();
    source.put('cars/1', { V: 1 });
    source.put('cars/2', { V: 2 });
    await untilEqual(simulation);
    await Promise.all([capture.kill(), apply.kill()]);
    source.restore(empty.source);
    log.restore(empty.log);
    control.lose();
    simulation.startCapture();
    source.put('cars/3', { V: 3 });
    await settle();
    source.put('cars/4', { V: 4 });
    await settle();
    source.put('cars/5', { V: 5 });
    simulation.startApply();
    await untilEqual(simulation);
  });

  it('a log that stays full does not make its source move on, however often that is tried', async () => {
    const { source, log } = fresh({ witnessMs: 3_600_000 });
    const raised = jest.spyOn(source, 'raiseWitness');
    const sessions = jest.spyOn(log, 'tail');
    simulation.startCapture();
    for (let n = 0; n < 9; n++) {
      source.put(`cars/${n}`, { V: n });
      await until(
        () => log.backup().messages.length > Math.min(n, 7),
        () => `${n} is not in the log`,
      );
    }
    const before = sessions.mock.calls.length;
    await until(
      () => sessions.mock.calls.length >= before + 20,
      () => 'it is not tried again',
    );
    expect(raised).toHaveBeenCalledTimes(1);
    simulation.startApply();
    await untilEqual(simulation);
  });

  it('a task whose documents all fail leaves them aside and goes on with the rest', async () => {
    const { source, target } = fresh();
    source.put('cars/bad', { Throws: true });
    source.put('cars/good', { V: 1 });
    simulation.startCapture();
    simulation.startApply();
    await until(
      () => target.documents.has('cars/good'),
      () => 'the good one did not arrive',
    );
    expect(target.documents.has('cars/bad')).toBe(false);
  });
});
