import { afterEach, describe, expect, it } from '@jest/globals';
import type { ProgramJob } from '../fixtures/program-worker.ts';
import { BoundedWorker, WorkerLostError } from './bounded-worker.ts';
import { PoolClosedError, WorkerSlots } from './worker-slots.ts';

const file = new URL('../fixtures/program-worker.ts', import.meta.url);
const started: BoundedWorker<ProgramJob, string>[] = [];

function start(itemTimeoutMs = 300): BoundedWorker<ProgramJob, string> {
  const worker = new BoundedWorker<ProgramJob, string>({
    file,
    limits: { memoryMiB: 32, itemTimeoutMs },
    transfers: () => [],
  });
  started.push(worker);
  return worker;
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.end()));
});

describe('a program in a bounded worker', () => {
  it('answers, job after job, whatever program comes next', async () => {
    const worker = start();
    expect(await worker.run({ program: '(n) => n * 2', items: [1, 2, 3] })).toBe('[2,4,6]');
    expect(await worker.run({ program: '(n) => -n', items: [1] })).toBe('[-1]');
  });

  it('reaches nothing of the process: no require, no timers, no network, no environment', async () => {
    const names = ['require', 'process', 'fetch', 'setTimeout', 'WebAssembly', 'Worker', 'Intl'];
    const program = `() => [${names.map((name) => `typeof ${name}`).join(', ')}]`;
    expect(await start().run({ program, items: [1] })).toBe(JSON.stringify([names.map(() => 'undefined')]));
  });

  it('is stopped at its time, and the item that ran is known', async () => {
    expect(
      await start(100).run({ program: '(n) => { while (n === 2); return n; }', items: [1, 2, 3] }),
    ).toMatch(/SandboxBrokenError: the script did not end within 100 ms/);
  });

  it('is lost with its thread when a built-in never looks at the clock, and says why', async () => {
    const worker = start(100);
    const program = `() => 'a'.repeat(30) + /^(a+)+$/.test('a'.repeat(40) + 'b')`;
    const outcome = await worker.run({ program, items: [1] }).catch((error: unknown) => error);
    // QuickJS may ask the clock inside of an expression, too: either way it ends, and nothing else is answered.
    expect(outcome instanceof WorkerLostError ? outcome.kind : outcome).toMatch(/timeout|did not end within/);
  });

  it('cannot take more memory than it may', async () => {
    const program = '() => { const kept = []; for (;;) kept.push(new Array(100_000).fill(1.5)); }';
    expect(await start(30_000).run({ program, items: [1] })).toMatch(
      /more memory than it is allowed|the sandbox broke/,
    );
  });
});

const TURN = { spoiled: false, ms: 1, openingMs: 0, slow: false };
const claim = (program: object) => ({ program, payer: 'HR' });

describe('worker slots', () => {
  it('give a program the worker that has it already, and never start more than they may', async () => {
    let count = 0;
    const slots = new WorkerSlots({ maxWorkers: 2, idleMs: 60_000, start: () => (count++, start()) });
    const [one, other] = [{}, {}];
    const first = await slots.take(claim(one));
    first.program = one;
    const second = await slots.take(claim(other));
    second.program = other;
    slots.giveBack(second, TURN);
    slots.giveBack(first, TURN);
    expect(await slots.take(claim(one))).toBe(first);
    expect(await slots.take(claim(other))).toBe(second);
    const waiting = slots.take(claim(one));
    slots.giveBack(first, TURN);
    expect(await waiting).toBe(first);
    expect(count).toBe(2);
    await slots.close();
    await expect(slots.take(claim(one))).rejects.toThrow(PoolClosedError);
  });

  it('replace a worker that was spoiled', async () => {
    const slots = new WorkerSlots({ maxWorkers: 1, idleMs: 60_000, start: () => start() });
    const program = {};
    const first = await slots.take(claim(program));
    slots.giveBack(first, { ...TURN, spoiled: true });
    expect(await slots.take(claim(program))).not.toBe(first);
    await slots.close();
  });
});
