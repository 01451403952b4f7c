import { afterAll, describe, expect, it } from '@jest/globals';
import { ScriptPool } from '@nestjs-spark/etl-script';
import { MemorySource, MemoryState } from '../../testing/memory-source.ts';
import { TASK } from '../../testing/simulation.ts';
import type { CaptureTask } from '../run/tasks.ts';
import { SetAside } from './set-aside.ts';
import { Transformer } from './transformer.ts';

const script = `loadToCars({
  Brand: load(this.Brand) ? load(this.Brand).Name : null,
  Salary: load(this.Driver) ? load(this.Driver).Salary : null
});`;

const task: CaptureTask = {
  task: TASK,
  collection: 'Cars',
  script,
  fingerprint: 'f',
  generation: 1,
  loadable: ['Cars', 'Brands'],
};

describe('a script that loads other documents', () => {
  const pool = new ScriptPool({ maxWorkers: 1 });
  afterAll(() => pool.close());

  it('sees those of collections that are shared with its module, and no others', async () => {
    const source = new MemorySource();
    source.put('brands/1', { Name: 'VW' }, 'Brands');
    source.put('people/1', { Salary: 4_000 }, 'People');
    source.put('cars/1', { Brand: 'brands/1', Driver: 'people/1' });
    const page = await source.read({ collection: 'Cars', from: 1, deletesAfter: 0, limit: 10 });
    const runner = pool.open({ name: 'HR/cars', collection: 'Cars', script });
    const setAside = await SetAside.open(new MemoryState(), TASK, 1);
    const transformer = new Transformer(task, runner, source, setAside);
    const [change] = await transformer.transform(page, 1, new AbortController().signal);
    const [command] = change?.commands ?? [];
    if (command?.type !== 'put') throw new Error('nothing was put');
    expect(JSON.parse(command.document)).toMatchObject({ Brand: 'VW', Salary: null });
    expect(command.document).not.toContain('4000');
    runner.close();
  });
});
