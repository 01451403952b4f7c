import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Pace } from '../task/pace.ts';
import { alterScripts, plainScriptsIn } from '../../testing/plain-scripts.ts';
import { Simulation } from '../../testing/simulation.ts';
import { runAgainUntilSettled, until, untilSettled } from '../../testing/until.ts';

describe('a document that is set aside', () => {
  let simulation = new Simulation();

  function fresh(pace: Partial<Pace> = {}): Simulation {
    simulation = new Simulation(undefined, pace);
    return simulation;
  }

  afterEach(() => simulation.stop());

  const owners = async (): Promise<string[]> =>
    (await simulation.setAsideAtOwner()).documents.map(({ documentId }) => documentId);
  const requesters = async (): Promise<string[]> =>
    (await simulation.setAsideAtRequester()).documents.map(({ documentId }) => documentId);
  const arrived = (id: string, v: unknown): Promise<void> =>
    until(
      () => simulation.target.documents.get(id)?.fields.V === v,
      () => `${id} did not arrive`,
    );

  /** The copies of two cars, and then versions of them on which the script throws, or which the target refuses. */
  const failAfterArriving = async (meanwhile: () => void = () => {}): Promise<Simulation> => {
    const { source } = fresh();
    simulation.startCapture();
    simulation.startApply();
    source.put('cars/1', { V: 1 });
    source.put('cars/2', { V: 1 });
    await untilSettled(simulation);
    source.put('cars/1', { V: 2, Throws: true });
    source.put('cars/2', { V: 2, Refused: true });
    meanwhile();
    await untilSettled(simulation);
    return simulation;
  };

  it('keeps the copy of the version before, until it is deleted', async () => {
    const { source, target } = await failAfterArriving();
    expect([...target.documents.values()].map(({ fields }) => fields.V)).toEqual([1, 1]);
    source.delete('cars/1');
    source.delete('cars/2');
    await until(
      () => target.documents.size === 0,
      () => 'they are not deleted',
    );
    await untilSettled(simulation);
  });

  it('has no copy any more once everything is read again', async () => {
    const { target } = await failAfterArriving(() => simulation.changeScript('v2'));
    expect(target.documents.size).toBe(0);
    expect([await owners(), await requesters()]).toEqual([['cars/1'], ['cars/2']]);
  });

  it('is a copy that the target does not delete, too: the copy is complete beside it, and it goes when it can', async () => {
    const { source, target } = fresh();
    simulation.startCapture();
    simulation.startApply();
    for (let n = 0; n < 20; n++) source.put(`cars/${n}`, { V: n });
    await untilSettled(simulation);
    target.refusesToDelete = ({ id }) => id === 'cars/7' || id === 'cars/8';
    source.delete('cars/7');
    source.delete('cars/9');
    source.put('cars/8', { V: 8, Hidden: true });
    simulation.changeScript('v2');
    await until(
      async () => simulation.complete && (await requesters()).length === 2,
      async () => `complete: ${simulation.complete}, listed: ${(await requesters()).join(', ')}`,
    );
    expect((await requesters()).toSorted()).toEqual(['cars/7', 'cars/8']);
    expect(target.documents.size).toBe(19);
    target.refusesToDelete = ({ id }) => id === 'cars/8';
    await until(
      async () => (await requesters()).join() === 'cars/8' && target.documents.size === 18,
      () => 'cars/7 does not go',
    );
    source.put('cars/8', { V: 9 });
    await untilSettled(simulation);
    expect(target.documents.size).toBe(18);
  });

  it('leaves the list with the reading that set it aside, although the next one has the same number', async () => {
    const { source, log, control } = fresh();
    const capture = simulation.startCapture();
    source.put('cars/1', { Throws: true });
    await until(
      async () => (await owners()).length === 1,
      () => 'it is not listed',
    );
    await capture.kill();
    source.delete('cars/1');
    source.loseTombstones();
    log.recreate();
    control.lose();
    simulation.startCapture();
    simulation.startApply();
    await untilSettled(simulation);
    expect(await owners()).toEqual([]);
  });

  it('is taken off the list of an instance that looked before it held the lease', async () => {
    const { source } = fresh();
    simulation.startCapture();
    const first = simulation.startApply();
    await until(
      () => simulation.complete,
      () => 'not complete',
    );
    const standby = simulation.prepareApply();
    await standby.look();
    source.put('cars/1', { V: 1, Refused: true });
    await until(
      async () => (await requesters()).length === 1,
      () => 'it is not listed',
    );
    await first.kill();
    standby.start();
    source.put('cars/1', { V: 2 });
    await arrived('cars/1', 2);
    await untilSettled(simulation);
  });

  it('arrives when it succeeds on being read again, although the requester is past its etag', async () => {
    const { source, log, surroundings } = fresh({ idleMs: 100 });
    surroundings.isFair = false;
    const capture = simulation.startCapture();
    simulation.startApply();
    source.put('cars/0', { V: 0 });
    await arrived('cars/0', 0);
    const older = log.backup();
    source.put('cars/1', { V: 1, Throws: 'foul' });
    // So many that the first of them make a set of their own, which covers nothing new when it comes again.
    for (let n = 2; n <= 1_100; n++) source.put(`cars/${n}`, { V: n });
    await arrived('cars/1100', 1_100);
    await capture.kill();
    log.restore(older);
    surroundings.isFair = true;
    simulation.startCapture();
    await arrived('cars/1', 1);
    await untilSettled(simulation);
  });

  it('is not listed when an instance that was late had set aside a version that is past', async () => {
    const { source, surroundings } = fresh();
    const late = withHeldScripts();
    simulation.startCapture();
    await until(
      () => late.reached,
      () => 'the late one has not begun',
    );
    simulation.scripts = plainScriptsIn(surroundings);
    source.put('cars/1', { V: 2 });
    simulation.startCapture();
    simulation.startApply();
    await arrived('cars/1', 2);
    const written = jest.spyOn(simulation.state, 'write');
    late.goOn();
    await until(
      () => written.mock.calls.some(([id]) => id.endsWith('cars/1')),
      () => 'the late one said nothing',
    );
    await untilSettled(simulation);
    expect(await owners()).toEqual([]);
  });

  it('arrives once the target takes it, whoever had refused it and whether it was named', async () => {
    for (const isNamed of [true, false]) {
      const { source, target, surroundings } = fresh();
      surroundings.isFair = false;
      target.namesRefused = isNamed;
      for (let n = 0; n < 20; n++) source.put(`cars/${n}`, n % 5 ? { V: n } : { V: n, Refused: 'foul' });
      simulation.startCapture();
      simulation.startApply();
      await untilSettled(simulation);
      expect(await requesters()).toHaveLength(4);
      expect(target.documents.size).toBe(16);
      surroundings.isFair = true;
      await runAgainUntilSettled(simulation);
      expect(target.documents.size).toBe(20);
      await simulation.stop();
    }
  });

  it('is found among many although the log only says that it does not take the set; the rest goes on', async () => {
    const { source, target, log } = fresh();
    for (let n = 0; n < 200; n++) source.put(`cars/${n}`, n % 90 === 7 ? { V: n, TooBig: true } : { V: n });
    simulation.startCapture();
    simulation.startApply();
    await untilSettled(simulation);
    expect((await owners()).toSorted()).toEqual(['cars/187', 'cars/7', 'cars/97']);
    expect(target.documents.size).toBe(197);
    source.put('cars/7', { V: 7 });
    source.delete('cars/97');
    await untilSettled(simulation);
    log.refuses = null;
    await simulation.askRerun(null);
    await arrived('cars/187', 187);
    await until(
      async () => (await owners()).length === 0,
      () => 'it is still listed',
    );
  });

  it('is found among many although it breaks what reads and transforms them; the rest goes on', async () => {
    const { source, target } = fresh();
    simulation.scripts = alterScripts(plainScriptsIn(simulation.surroundings), (runner) => ({
      transform: async (inputs, ...rest) => {
        if (inputs.some(({ document }) => Buffer.from(document).includes('Broken')))
          throw new Error('no object');
        return runner.transform(inputs, ...rest);
      },
    }));
    for (let n = 0; n < 200; n++) source.put(`cars/${n}`, n === 7 ? { Broken: true } : { V: n });
    simulation.startCapture();
    simulation.startApply();
    await arrived('cars/199', 199);
    expect(await owners()).toEqual(['cars/7']);
    source.put('cars/7', { V: 7 });
    await untilSettled(simulation);
    expect(target.documents.size).toBe(200);
  });

  /** A first capture that has run the script once, and is asleep before it says what came of it. It does not get further. */
  function withHeldScripts(): { readonly reached: boolean; goOn(): void } {
    const held = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<never>();
    closed.promise.catch(() => {});
    let reached = false;
    simulation.source.put('cars/1', { V: 1, Throws: true });
    simulation.scripts = alterScripts(plainScriptsIn(simulation.surroundings), (runner) => ({
      transform: async (...input) => {
        if (reached) return closed.promise;
        reached = true;
        const outputs = await runner.transform(...input);
        await held.promise;
        return outputs;
      },
      close: () => closed.reject(new Error('the scripts are closed')),
    }));
    return {
      get reached() {
        return reached;
      },
      goOn: held.resolve,
    };
  }
});
