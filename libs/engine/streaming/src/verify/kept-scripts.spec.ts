import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ScriptPool, type ScriptRunner, type Transformation } from '@nestjs-spark/etl-script/internal';
import { KeptScripts } from './kept-scripts.ts';
import type { StepSize } from './step-size.ts';

const CARS: Transformation = {
  name: 'Cars',
  requester: 'HR',
  collection: 'Cars',
  script: 'loadToCars(this)',
};
const MOST_COPIES = 5_000;
const { signal } = new AbortController();

describe('The script of a comparison', () => {
  let opened: string[];
  let closed: string[];
  let kept: KeptScripts;
  beforeEach(() => {
    jest.useFakeTimers();
    opened = [];
    closed = [];
    const open = async ({ script }: Transformation): Promise<ScriptRunner> => {
      opened.push(script ?? '');
      const runner = { close: () => closed.push(script ?? ''), paidBy: () => runner };
      return runner as unknown as ScriptRunner;
    };
    kept = new KeptScripts({ open }, MOST_COPIES);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const use = (transformation: Transformation = CARS, key = 'fleet/hr/cars'): Promise<ScriptRunner> =>
    kept.use(key, transformation, signal, async (runner) => runner);

  it('is opened once for all pages, and closed when no further one is requested', async () => {
    const first = await use();
    jest.advanceTimersByTime(4_000);
    expect(await use()).toBe(first);
    jest.advanceTimersByTime(4_999);
    expect(closed).toEqual([]);
    jest.advanceTimersByTime(1);
    expect([opened, closed]).toEqual([[CARS.script], [CARS.script]]);
    expect(await use()).not.toBe(first);
  });

  it('is run over as many documents at once as for the previous page, and over few again after a failure', async () => {
    const sizeOf = (work: (size: StepSize) => void): Promise<number> =>
      kept.use('fleet/hr/cars', CARS, signal, async (_, size) => {
        work(size);
        return size.documents;
      });
    const first = await sizeOf(() => {});
    const next = await sizeOf((size) => size.took(1, size.documents, 0));
    expect(next).toBeGreaterThan(first);
    expect(await sizeOf(() => {})).toBe(next);
    const failing = sizeOf(() => {
      throw new Error('faulted');
    });
    await expect(failing).rejects.toThrow('faulted');
    expect(await sizeOf(() => {})).toBe(first);
  });

  it('is reopened when it has changed, and kept separately for each task', async () => {
    await use();
    const next = { ...CARS, script: 'loadToCars({})' };
    await use(next);
    await use(CARS, 'fleet/crm/cars');
    expect([opened, closed]).toEqual([[CARS.script, next.script, CARS.script], [CARS.script]]);
  });

  it('is not kept when the work with it fails', async () => {
    const failing = kept.use('fleet/hr/cars', CARS, signal, () => Promise.reject(new Error('faulted')));
    await expect(failing).rejects.toThrow('faulted');
    expect(closed).toEqual([CARS.script]);
    await use();
    expect(opened).toHaveLength(2);
  });

  it('is used by one page at a time, and of two that were opened, one is kept', async () => {
    const [one, other] = await Promise.all([use(), use()]);
    expect(one).not.toBe(other);
    expect(closed).toHaveLength(1);
    jest.advanceTimersByTime(5_000);
    expect(closed).toHaveLength(2);
  });
});

it('A document that breaks its script counts for its own page, and not for the next ones', async () => {
  const pool = new ScriptPool({ maxWorkers: 1, documentTimeoutMs: 100 });
  const kept = new KeptScripts(pool, MOST_COPIES);
  const endless = { ...CARS, script: 'for (;;); loadToCars({})' };
  const page = Array.from({ length: 3 }, (_, n) => ({
    id: `cars/${n}`,
    collection: 'Cars',
    document: Buffer.from('{}'),
  }));
  for (let pages = 0; pages < 2; pages++) {
    const outputs = await kept.use('fleet/hr/cars', endless, signal, (runner) =>
      runner.transform(page, async () => []),
    );
    expect(outputs.map(({ status }) => status)).toEqual(['failed', 'failed', 'failed']);
  }
  await pool.close();
});
