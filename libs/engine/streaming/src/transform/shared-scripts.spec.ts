import { describe, expect, it } from '@jest/globals';
import type { SourceChange } from '@nestjs-spark/contracts/internal';
import { ScriptFaultedError, ScriptPool, type ScriptRunner } from '@nestjs-spark/etl-script/internal';
import type { CaptureTask } from '../task/tasks.ts';
import { SharedScripts } from './shared-scripts.ts';

const NEVER = new AbortController().signal;

const task = (requester: string, differing: Partial<CaptureTask> = {}): CaptureTask => ({
  key: { owner: 'Fleet', requester, name: 'Cars' },
  collection: 'Cars',
  script: 'loadToCars(this)',
  fingerprint: 'f',
  generation: 1,
  loadable: [{ collection: 'Cars' }],
  ...differing,
});

const change = (etag: number): SourceChange => ({ kind: 'delete', id: `cars/${etag}`, etag });
const CHANGES = [change(1), change(2), change(3)];

class Opened {
  count = 0;
  closed = 0;
  /** Who paid for each run. */
  readonly paid: string[] = [];
  readonly scripts = new SharedScripts({
    open: async (): Promise<ScriptRunner> => {
      this.count++;
      return this.#runner('nobody');
    },
  });

  #runner(payer: string): ScriptRunner {
    return {
      transform: async () => {
        this.paid.push(payer);
        return [];
      },
      transformToBytes: async () => [],
      transformDeleted: async () => [],
      paidBy: (requester) => this.#runner(requester),
      close: () => void this.closed++,
    };
  }
}

/** Work that counts how often it is done. */
function counted() {
  let count = 0;
  return {
    work: async () => ({ run: ++count }),
    get count() {
      return count;
    },
  };
}

const MEBIBYTE = 1024 * 1024;

const SHARING = { copyOf: <R extends object>(result: R): R => ({ ...result }), sizeOf: () => 3 * MEBIBYTE };

describe('Tasks with the same script and the same bounds', () => {
  it('open it once, and close it when the last of them has ended', async () => {
    const opened = new Opened();
    const [one, other] = await Promise.all(
      ['HR', 'Sales'].map((name) => opened.scripts.open(task(name), NEVER)),
    );
    expect(opened.count).toBe(1);
    one?.close();
    one?.close();
    expect(opened.closed).toBe(0);
    other?.close();
    expect(opened.closed).toBe(1);
    await opened.scripts.open(task('HR'), NEVER);
    expect(opened.count).toBe(2);
  });

  it('run it once over the same changes, and each for itself over others', async () => {
    const { scripts } = new Opened();
    const [one, other] = [await scripts.open(task('HR'), NEVER), await scripts.open(task('Sales'), NEVER)];
    const { work } = counted();
    expect(await one.once(CHANGES, work, SHARING)).toEqual({ run: 1 });
    expect(await other.once([...CHANGES], work, SHARING)).toEqual({ run: 1 });
    expect(await other.once(CHANGES.slice(0, 2), work, SHARING)).toEqual({ run: 2 });
    expect(await other.once([change(1), change(2), change(3)], work, SHARING)).toEqual({ run: 3 });
  });

  it('run it once over the same changes when all of them come to these at the same time', async () => {
    const { scripts } = new Opened();
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, n) => scripts.open(task(`Shop${n}`), NEVER)),
    );
    const { work } = counted();
    expect(await Promise.all(all.map((one) => one.once(CHANGES, work, SHARING)))).toEqual(
      all.map(() => ({ run: 1 })),
    );
  });

  it('receive results of their own, so that one may give back what another still reads', async () => {
    const { scripts } = new Opened();
    const [one, other] = [await scripts.open(task('HR'), NEVER), await scripts.open(task('Sales'), NEVER)];
    const { work } = counted();
    const result: { run?: number } = await one.once(CHANGES, work, SHARING);
    delete result.run;
    expect(await other.once(CHANGES, work, SHARING)).toEqual({ run: 1 });
  });

  it('keep the newest of many large results, and run the script again for those before', async () => {
    const { scripts } = new Opened();
    const [one, other] = [await scripts.open(task('HR'), NEVER), await scripts.open(task('Sales'), NEVER)];
    const { work } = counted();
    for (const at of [0, 1, 2]) await one.once(CHANGES.slice(at), work, SHARING);
    expect(await other.once(CHANGES.slice(1), work, SHARING)).toEqual({ run: 2 });
    expect(await other.once(CHANGES.slice(2), work, SHARING)).toEqual({ run: 3 });
    expect(await other.once(CHANGES, work, SHARING)).toEqual({ run: 4 });
  });

  it.each<[string, Partial<CaptureTask>]>([
    ['text', { script: 'loadToCars({})' }],
    ['readable fields', { fields: ['Model'] }],
    ['loadable documents', { loadable: [{ collection: 'Cars', fields: ['Model'] }] }],
    ['collection', { collection: 'Bikes' }],
  ])('do not count as the same where the %s differ', async (_, differing) => {
    const { scripts } = new Opened();
    const one = await scripts.open(task('HR'), NEVER);
    await scripts.open(task('Sales'), NEVER);
    const other = await scripts.open(task('Shop', differing), NEVER);
    const { work } = counted();
    await one.once(CHANGES, work, SHARING);
    expect(await other.once(CHANGES, work, SHARING)).toEqual({ run: 2 });
  });

  it('do themselves what another one failed at, or gave up', async () => {
    const { scripts } = new Opened();
    const [one, other] = [await scripts.open(task('HR'), NEVER), await scripts.open(task('Sales'), NEVER)];
    const aborted = Promise.withResolvers<object>();
    const first = one.once(CHANGES, () => aborted.promise, SHARING);
    const second = other.once(CHANGES, async () => ({ run: 'own' }), SHARING);
    aborted.reject(new Error('killed'));
    await expect(first).rejects.toThrow('killed');
    expect(await second).toEqual({ run: 'own' });
  });

  it('open it themselves where another one could not', async () => {
    const failing = Promise.withResolvers<ScriptRunner>();
    const answers = [failing.promise];
    const runner: ScriptRunner = {
      transform: async () => [],
      transformToBytes: async () => [],
      transformDeleted: async () => [],
      paidBy: () => runner,
      close() {},
    };
    const scripts = new SharedScripts({ open: () => answers.shift() ?? Promise.resolve(runner) });
    const [first, second] = [scripts.open(task('HR'), NEVER), scripts.open(task('Sales'), NEVER)];
    failing.reject(new Error('killed'));
    await expect(first).rejects.toThrow('killed');
    expect((await second).runner).toBe(runner);
  });

  it('each pay for their own runs', async () => {
    const opened = new Opened();
    for (const requester of ['HR', 'Sales']) {
      const { runner } = await opened.scripts.open(task(requester), NEVER);
      await runner.transform([], async () => []);
    }
    expect(opened.paid).toEqual(['HR', 'Sales']);
  });

  it('are suspended for their own breakdowns alone, and run again when they come back', async () => {
    const pool = new ScriptPool({ maxWorkers: 1, documentTimeoutMs: 50, faultAfter: 2 });
    const scripts = new SharedScripts(pool);
    const endless = { script: 'for (;;); loadToCars({})' };
    const inputs = [1, 2].map((n) => ({ id: `cars/${n}`, collection: 'Cars', document: Buffer.from('{}') }));
    const [one, other] = [
      await scripts.open(task('HR', endless), NEVER),
      await scripts.open(task('Sales', endless), NEVER),
    ];
    await expect(one.runner.transform(inputs, async () => [])).rejects.toThrow(ScriptFaultedError);
    const first = inputs.slice(0, 1);
    expect(await other.runner.transform(first, async () => [])).toHaveLength(1);
    one.close();
    const again = await scripts.open(task('HR', endless), NEVER);
    expect(await again.runner.transform(first, async () => [])).toHaveLength(1);
    await pool.close();
  });
});
