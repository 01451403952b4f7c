import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Simulation } from '../../testing/simulation.ts';
import { until } from '../../testing/until.ts';

describe('a copy in whose place something else stands', () => {
  let simulation: Simulation;

  beforeEach(() => {
    simulation = new Simulation();
  });
  afterEach(() => simulation.stop());

  const setAside = async () => (await simulation.setAsideAtRequester()).documents;
  const listed = async (ids: string[]): Promise<void> =>
    until(
      async () => {
        const there = (await setAside()).map(({ documentId }) => documentId.toLowerCase());
        return JSON.stringify(there.toSorted()) === JSON.stringify(ids.toSorted());
      },
      async () => `listed: ${JSON.stringify(await setAside())}`,
    );
  const arrived = (id: string, v: unknown): Promise<void> =>
    until(
      () => simulation.target.documents.get(id)?.fields.V === v,
      () => `${id} did not arrive`,
    );
  const start = (): void => {
    simulation.startCapture();
    simulation.startApply();
  };

  it('is set aside, names what is there, and all others are complete', async () => {
    simulation.target.write('cars/2', { V: 'own' });
    simulation.target.write(
      'cars/3',
      { V: 'depot' },
      { 'spark-source': 'Depot/cars/3', 'spark-generation': 'HR/wagons:1' },
    );
    for (let n = 1; n <= 5; n++) simulation.source.put(`cars/${n}`, { V: n });
    start();
    await arrived('cars/5', 5);
    await listed(['cars/2', 'cars/3']);
    await until(
      () => simulation.complete,
      () => 'it is not complete',
    );
    const found = await setAside();
    expect(found.map(({ kind }) => kind)).toEqual(['not-a-copy', 'not-a-copy']);
    const reasons = found.map(({ reason }) => reason).join('\n');
    expect(reasons).toContain("a document of this module's own");
    expect(reasons).toContain('a copy of Depot/cars/3 made by the task HR/wagons');
    expect(simulation.target.documents.get('cars/2')?.fields).toEqual({ V: 'own' });
    expect(simulation.target.documents.get('cars/3')?.fields).toEqual({ V: 'depot' });
  });

  it('arrives by itself when that is gone, as it is then', async () => {
    simulation.target.write('cars/1', { V: 'own' });
    simulation.source.put('cars/1', { V: 1 });
    start();
    await listed(['cars/1']);
    simulation.source.put('cars/1', { V: 2 });
    simulation.target.remove('cars/1');
    await arrived('cars/1', 2);
    await listed([]);
  });

  it('is not deleted with its source, and leaves the list', async () => {
    simulation.target.write('cars/1', { V: 'own' });
    simulation.source.put('cars/1', { V: 1 });
    start();
    await listed(['cars/1']);
    simulation.source.delete('cars/1');
    await listed([]);
    expect(simulation.target.documents.get('cars/1')?.fields).toEqual({ V: 'own' });
  });

  it('is set aside when what it was is written over by the module, and comes back after', async () => {
    simulation.source.put('cars/1', { V: 1 });
    start();
    await arrived('cars/1', 1);
    simulation.target.write('cars/1', { V: 'own' });
    simulation.source.put('cars/1', { V: 2 });
    await listed(['cars/1']);
    simulation.target.remove('cars/1');
    await arrived('cars/1', 2);
  });

  it('holds nothing up however many there are', async () => {
    for (let n = 0; n < 300; n++) {
      simulation.source.put(`cars/${n}`, { V: n });
      simulation.target.write(`cars/${n}`, { V: 'own' });
    }
    simulation.source.put('cars/free', { V: 1 });
    start();
    await arrived('cars/free', 1);
    await until(
      async () => (await setAside()).length === 300 && simulation.complete,
      async () => `${(await setAside()).length} are set aside`,
    );
  });

  it('adopts what the module wrote before, and nothing of another task, where it is declared so', async () => {
    simulation.target.write('cars/1', { V: 'own' });
    simulation.target.write(
      'cars/2',
      { V: 'depot' },
      { 'spark-source': 'Depot/cars/2', 'spark-generation': 'HR/wagons:1' },
    );
    simulation.overwrite = 'own';
    simulation.source.put('cars/1', { V: 1 });
    simulation.source.put('cars/2', { V: 2 });
    start();
    await arrived('cars/1', 1);
    await listed(['cars/2']);
  });

  it('goes over what another engine left until the first copy is whole, and over nothing of the module after', async () => {
    simulation.target.write('cars/1', { V: 'left by another engine' });
    simulation.adoptsFirst = true;
    simulation.source.put('cars/1', { V: 1 });
    start();
    await arrived('cars/1', 1);
    await until(
      () => simulation.complete,
      () => 'it is not complete',
    );
    simulation.target.write('cars/2', { V: 'own' });
    simulation.source.put('cars/2', { V: 2 });
    await listed(['cars/2']);
  });

  it('is adopted without being asked when the declaration says so later', async () => {
    simulation.target.write('cars/1', { V: 'own' });
    simulation.source.put('cars/1', { V: 1 });
    simulation.startCapture();
    const first = simulation.startApply();
    await listed(['cars/1']);
    await first.kill();
    simulation.overwrite = 'own';
    simulation.startApply();
    await arrived('cars/1', 1);
    await listed([]);
  });
});
