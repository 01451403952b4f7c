import { describe, expect, it } from '@jest/globals';
import { PoolClosedError, type PooledWorker, type WorkerSize, WorkerSlots } from './worker-slots.ts';

const TURN = { spoiled: false, ms: 1, openingMs: 0, slow: false };

function slots(maxWorkers: number, spare = 0): WorkerSlots<PooledWorker> {
  const start = (size: WorkerSize): PooledWorker => ({
    program: undefined,
    size,
    isUsable: true,
    end: async () => {},
  });
  return new WorkerSlots({ maxWorkers, spare, idleMs: 60_000, start });
}

const claim = (payer: string, signal?: AbortSignal) => ({ program: {}, payer, signal });

it('leave one worker to the others when the scripts of somebody are slow', async () => {
  const workers = slots(2);
  workers.giveBack(await workers.take(claim('slow')), { ...TURN, ms: 850, slow: true });
  await workers.take(claim('slow'));
  let second = false;
  const waiting = workers.take(claim('slow')).then(() => (second = true));
  const quick = await workers.take(claim('quick'));
  expect(second).toBe(false);
  workers.giveBack(quick, TURN);
  await workers.take(claim('quick'));
  expect(second).toBe(false);
  const closed = expect(waiting).rejects.toThrow(PoolClosedError);
  await workers.close();
  await closed;
});

it('serve the payer that has used less, although another has waited longer', async () => {
  const workers = slots(1);
  const order: string[] = [];
  workers.giveBack(await workers.take(claim('much')), { ...TURN, ms: 900 });
  const busy = await workers.take(claim('little'));
  const both = ['much', 'little'].map(async (payer) => {
    const worker = await workers.take(claim(payer));
    order.push(payer);
    workers.giveBack(worker, TURN);
  });
  workers.giveBack(busy, TURN);
  await Promise.all(both);
  expect(order).toEqual(['little', 'much']);
  await workers.close();
});

it('leave a program that was just loaded its worker for a while, and then serve the payer that has used less', async () => {
  const workers = slots(1);
  const programs = { a: { of: 'a' }, b: { of: 'b' } };
  const order: string[] = [];
  const first = await workers.take({ program: programs.a, payer: 'a' });
  const all = (['b', 'a', 'a', 'a', 'b'] as const).map(async (payer) => {
    const worker = await workers.take({ program: programs[payer], payer });
    worker.program = programs[payer];
    order.push(payer);
    workers.giveBack(worker, { ...TURN, ms: 45 });
  });
  first.program = programs.a;
  workers.giveBack(first, { ...TURN, ms: 45 });
  await Promise.all(all);
  expect(order).toEqual(['a', 'a', 'b', 'b', 'a']);
  await workers.close();
});

it('end the wait of somebody who does not want to wait any more', async () => {
  const workers = slots(1);
  const held = await workers.take(claim('a'));
  const stop = new AbortController();
  const waiting = workers.take(claim('b', stop.signal));
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  workers.giveBack(held, TURN);
  expect(await workers.take(claim('c'))).toBe(held);
  await workers.close();
});

it('start no worker in the place of one that is not gone yet', async () => {
  const gone = Promise.withResolvers<void>();
  let started = 0;
  const start = (size: WorkerSize): PooledWorker => ({
    program: undefined,
    size,
    isUsable: started++ >= 0,
    end: () => gone.promise,
  });
  const workers = new WorkerSlots({ maxWorkers: 1, idleMs: 60_000, start });
  workers.giveBack(await workers.take(claim('a')), { ...TURN, spoiled: true });
  const next = workers.take(claim('a'));
  expect(started).toBe(1);
  gone.resolve();
  await next;
  expect(started).toBe(2);
});

it('have a spare one for those that use little: they wait for nobody who uses much, and nobody else gets it', async () => {
  const workers = slots(2, 1);
  for (const payer of ['much', 'more', 'most'])
    workers.giveBack(await workers.take(claim(payer)), { ...TURN, ms: 900 });
  const busy = [await workers.take(claim('much')), await workers.take(claim('more'))];
  let isServed = false;
  const waiting = workers.take(claim('most')).then((worker) => {
    isServed = true;
    return worker;
  });
  for (let turn = 0; turn < 5; turn++) workers.giveBack(await workers.take(claim('little')), TURN);
  expect(isServed).toBe(false);
  if (busy[0]) workers.giveBack(busy[0], TURN);
  expect(await waiting).toBeDefined();
  await workers.close();
});

it('keep the program of one that uses little in its worker while others take turns', async () => {
  const workers = slots(2, 1);
  const program = {};
  const mine = await workers.take({ program, payer: 'little' });
  mine.program = program;
  workers.giveBack(mine, TURN);
  for (let turn = 0; turn < 6; turn++) {
    const both = await Promise.all([workers.take(claim('much')), workers.take(claim('more'))]);
    for (const worker of both) {
      worker.program = {};
      workers.giveBack(worker, { ...TURN, ms: 900 });
    }
  }
  expect(await workers.take({ program, payer: 'little' })).toBe(mine);
  await workers.close();
});

describe('programs that use much memory', () => {
  const large = { ...TURN, spoiled: true, large: true };

  async function worldOf(...names: string[]) {
    const workers = slots(2, 1);
    const claims = names.map((payer) => claim(payer));
    for (const one of claims) {
      const small = await workers.take(one);
      expect(small.size).toBe('small');
      workers.giveBack(small, large);
    }
    return { workers, claims };
  }

  it('take turns in one large worker, whoever has them, while others go on in small ones', async () => {
    const { workers, claims } = await worldOf('a', 'b');
    const taken = claims.map((one) => workers.take(one));
    const first = await Promise.race(taken);
    expect(first.size).toBe('large');
    const other = await workers.take(claim('c'));
    expect(other.size).toBe('small');
    let both = false;
    const all = Promise.all(taken).then(() => (both = true));
    workers.giveBack(other, TURN);
    expect(await workers.take(claim('c'))).toBe(other);
    expect(both).toBe(false);
    workers.giveBack(first, TURN);
    await all;
    expect(await taken[1]).toBe(first);
    await workers.close();
  });

  it('make idle workers end: together they hold no more than the places of the pool', async () => {
    const held = new Set<WorkerSize[]>();
    const start = (size: WorkerSize): PooledWorker => {
      const own = [size];
      held.add(own);
      return { program: undefined, size, isUsable: true, end: async () => void held.delete(own) };
    };
    const workers = new WorkerSlots({ maxWorkers: 2, spare: 1, idleMs: 60_000, start });
    const one = claim('a');
    workers.giveBack(await workers.take(one), large);
    const small = await Promise.all([workers.take(claim('b')), workers.take(claim('c'))]);
    for (const worker of small) workers.giveBack(worker, TURN);
    workers.giveBack(await workers.take(one), { ...TURN, large: true });
    expect([...held].flat().toSorted()).toEqual(['large', 'small']);
    await workers.close();
  });
});
