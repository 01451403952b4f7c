import { taskName } from '@nestjs-spark/contracts';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { ScriptPool } from '@nestjs-spark/etl-script';
import type { ChangePage, SourceChange } from '@nestjs-spark/contracts/internal';
import { alone } from './shared-scripts.ts';
import { plainScripts } from '../../testing/plain-scripts.ts';
import { TASK } from '../../testing/simulation.ts';
import type { CaptureTask } from '../task/tasks.ts';
import { SetAside } from '@nestjs-spark/set-aside/internal';
import { MemorySource, MemoryState } from '@nestjs-spark/testing';
import { Transformer } from './transformer.ts';

const script = `loadToCars({
  Brand: load(this.Brand) ? load(this.Brand).Name : null,
  Salary: load(this.Driver) ? load(this.Driver).Salary : null
});`;

const task: CaptureTask = {
  key: TASK,
  collection: 'Cars',
  script,
  fingerprint: 'f',
  generation: 1,
  loadable: [{ collection: 'Cars' }, { collection: 'Brands' }],
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
    const runner = await pool.open({ name: 'HR/cars', collection: 'Cars', script });
    const setAside = await SetAside.open(new MemoryState(), taskName(TASK), {
      generation: 1,
      incarnation: 'first',
    });
    const transformer = new Transformer(task, alone(runner), source, setAside);
    const { changes } = await transformer.transform(page, 1, new AbortController().signal);
    const [change] = changes;
    const [command] = change?.commands ?? [];
    if (command?.type !== 'put') throw new Error('nothing was put');
    expect(JSON.parse(command.document)).toMatchObject({ Brand: 'VW', Salary: null });
    expect(command.document).not.toContain('4000');
    runner.close();
  });
});

describe('a script of a module that may read some fields only', () => {
  const pool = new ScriptPool({ maxWorkers: 1 });
  afterAll(() => pool.close());

  const canary = 'canary-7f3a';
  const scripts = [
    'loadToCars(this);',
    'loadToCars({ ...this, All: JSON.stringify(this), Keys: Object.keys(this) });',
    "const d = this; for (const k in d) { const v = d[k]; loadToParts({ K: k, V: v }); } loadToCars({ S: eval('this.Secret') });",
    'loadToCars({ Model: this.Model, Secret: this.Secret, Of: this.Owner.Secret, City: this.Owner.City });',
    'loadToCars({ M: getMetadata(this), All: this["@metadata"] });',
    'const o = load(this.Other); loadToCars({ O: o, S: JSON.stringify(o), T: load("people/1") });',
    '',
    'this.Secret = this.Secret + "!"; this.Owner.City = "x"; loadToCars(this);',
    'if (this) throw new Error(JSON.stringify(this)); loadToCars(this);',
  ];

  it.each(scripts)('puts out no byte of any other: %s', async (text) => {
    const source = new MemorySource();
    const secret = fc.oneof(
      fc.string().map((rest) => `${canary}${rest}`),
      fc.dictionary(fc.constantFrom('Model', canary, 'City'), fc.constant([canary, { [canary]: canary }])),
    );
    const documents = fc.sample(
      fc.record({
        Model: fc.string(),
        Secret: secret,
        Owner: fc.record({ City: fc.string(), Secret: secret }),
      }),
      20,
    );
    for (const [n, document] of documents.entries())
      source.put(`cars/${n}`, { ...document, Other: 'brands/1', [canary]: 1 });
    source.put('brands/1', { Name: 'VW', Secret: canary }, 'Brands');
    source.put('people/1', { Secret: canary }, 'People');
    const page = await source.read({ collection: 'Cars', from: 1, deletesAfter: 0, limit: 100 });
    const bounded: CaptureTask = {
      ...task,
      fields: ['Model', 'Owner.City', 'Other'],
      loadable: [{ collection: 'Brands', fields: ['Name'] }],
    };
    const runner = await pool.open({ name: 'HR/cars', collection: 'Cars', script: text });
    const setAside = await SetAside.open(new MemoryState(), taskName(TASK), {
      generation: 1,
      incarnation: 'first',
    });
    const added = jest.spyOn(setAside, 'add');
    const transformer = new Transformer(bounded, alone(runner), source, setAside);
    const { changes, count } = await transformer.transform(page, 1, new AbortController().signal);
    const output = JSON.stringify([changes, added.mock.calls]);
    expect(count).toBe(20);
    expect(output).not.toContain(canary);
    if (!text.includes('throw')) expect(output).toMatch(/"put"/);
    runner.close();
  });
});

describe('a task with a prefix of ids', () => {
  const pool = new ScriptPool({ maxWorkers: 1 });
  afterAll(() => pool.close());

  it('puts it before every id and every prefix that it writes or deletes, and leaves the source as it is', async () => {
    const both = 'if (this.Filtered) return; loadToCars({ V: this.V }); loadToParts({ V: this.V });';
    const source = new MemorySource();
    source.put('cars/1', { V: 1 });
    source.put('cars/2', { V: 2 });
    source.delete('cars/2');
    source.put('cars/3', { V: 3, Filtered: true });
    const page = await source.read({ collection: 'Cars', from: 1, deletesAfter: 0, limit: 10 });
    const runner = await pool.open({ name: 'HR/cars', collection: 'Cars', script: both });
    const setAside = await SetAside.open(new MemoryState(), taskName(TASK), {
      generation: 1,
      incarnation: 'first',
    });
    const transformer = new Transformer({ ...task, idPrefix: 'fleet/' }, alone(runner), source, setAside);
    const { changes } = await transformer.transform(page, 1, new AbortController().signal);
    const written = changes.flatMap(({ commands }) => commands);
    const ids = written.map((command) =>
      command.type === 'delete-prefix' ? `${command.prefix}*` : `${command.type} ${command.id}`,
    );
    const part = 'parts/0000000000000000001';
    expect(ids.toSorted()).toEqual([
      'delete fleet/cars/2',
      'delete fleet/cars/3',
      'fleet/cars/1/parts/*',
      'fleet/cars/2/parts/*',
      'fleet/cars/3/parts/*',
      'put fleet/cars/1',
      `put fleet/cars/1/${part}`,
    ]);
    expect(written.find(({ type }) => type === 'put')).toMatchObject({
      document: expect.stringContaining('"spark-source":"Fleet/cars/1"'),
    });
    runner.close();
  });
});

describe('a document that was set aside', () => {
  const failure = { reason: 'it throws', kind: 'thrown', line: null, column: null };

  async function transformedOn(
    change: (page: ChangePage) => SourceChange[],
  ): Promise<[SetAside, Transformer]> {
    const source = new MemorySource();
    source.put('cars/1', { V: 1 });
    const page = await source.read({ collection: 'Cars', from: 1, deletesAfter: 0, limit: 10 });
    const setAside = await SetAside.open(new MemoryState(), taskName(TASK), {
      generation: 1,
      incarnation: 'first',
    });
    await setAside.add([{ documentId: 'cars/1', etag: page.to, ...failure }]);
    const runner = await plainScripts.open({ name: 'Cars', collection: 'Cars', script: 'v1' });
    const transformer = new Transformer(task, alone(runner), source, setAside);
    await transformer.transform({ ...page, changes: change(page) }, 1, new AbortController().signal);
    return [setAside, transformer];
  }

  it('is run again when it succeeds without having changed, since its etag may be passed', async () => {
    const [setAside, transformer] = await transformedOn(({ changes }) => changes);
    expect([setAside.count, transformer.takeRecovered()]).toEqual([1, ['cars/1']]);
  });

  it('is run again as a whole when something that hangs on it has changed', async () => {
    const [setAside, transformer] = await transformedOn(({ changes }) =>
      changes.map((change) =>
        change.kind === 'put'
          ? { ...change, kind: 'touch' as const, counters: true, timeSeries: [], etag: change.etag + 1 }
          : change,
      ),
    );
    expect([setAside.count, transformer.takeRecovered()]).toEqual([1, ['cars/1']]);
  });

  it('is not set aside any more when it has changed and succeeds', async () => {
    const [setAside, transformer] = await transformedOn(({ changes }) =>
      changes.map((change) => ({ ...change, etag: change.etag + 1 })),
    );
    expect([setAside.count, transformer.takeRecovered()]).toEqual([0, []]);
  });
});
