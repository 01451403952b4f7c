import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  ScriptFaultedError,
  type ScriptRunner,
  type Transformation,
} from '@nestjs-spark/etl-script/internal';
import { KeptScripts } from './kept-scripts.ts';

const CARS: Transformation = {
  name: 'Cars',
  requester: 'HR',
  collection: 'Cars',
  script: 'loadToCars(this)',
};
const { signal } = new AbortController();

describe('The script of a comparison', () => {
  let opened: string[];
  let closed: string[];
  let kept: KeptScripts;
  beforeEach(() => {
    jest.useFakeTimers();
    opened = [];
    closed = [];
    kept = new KeptScripts({
      open: async ({ script }) => {
        opened.push(script ?? '');
        return { close: () => closed.push(script ?? '') } as unknown as ScriptRunner;
      },
    });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  const use = (transformation: Transformation = CARS, key = 'fleet/hr/cars'): Promise<ScriptRunner> =>
    kept.use(key, transformation, signal, async (runner) => runner);

  it('is opened once for all pages, and closed when no other one is asked for', async () => {
    const first = await use();
    jest.advanceTimersByTime(4_000);
    expect(await use()).toBe(first);
    jest.advanceTimersByTime(4_999);
    expect(closed).toEqual([]);
    jest.advanceTimersByTime(1);
    expect([opened, closed]).toEqual([[CARS.script], [CARS.script]]);
    expect(await use()).not.toBe(first);
  });

  it('is opened again when it has changed, and one for each task', async () => {
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

  it('is opened again where documents of earlier pages count against it, but not when it is new', async () => {
    const faulted = new ScriptFaultedError('Cars', 5, 'timeout');
    const first = await use();
    const again = await kept.use('fleet/hr/cars', CARS, signal, async (runner) => {
      if (runner === first) throw faulted;
      return runner;
    });
    expect([again === first, opened.length, closed.length]).toEqual([false, 2, 1]);
    const failing = kept.use('fleet/hr/cars', CARS, signal, () => Promise.reject(faulted));
    await expect(failing).rejects.toBe(faulted);
    expect([opened.length, closed.length]).toEqual([3, 3]);
  });

  it('is used by one at a time, and of those that two have opened one is kept', async () => {
    const [one, other] = await Promise.all([use(), use()]);
    expect(one).not.toBe(other);
    expect(closed).toHaveLength(1);
    jest.advanceTimersByTime(5_000);
    expect(closed).toHaveLength(2);
  });
});
