import { afterAll, describe, expect, it } from '@jest/globals';
import { commandsOf, loadsNothing, user } from '../../testing/run-script.ts';
import type { ScriptInput } from '../types.ts';
import { compileScript } from '../compile/compile-script.ts';
import { OpenProgram } from './open-program.ts';
import { ScriptPool } from './script-pool.ts';
import { PooledScriptRunner, type RunnerBounds } from './script-runner.ts';
import { WorkerSlots } from '@nestjs-spark/sandbox';

const PICKS = 'loadToUsers({ A: this.A, N: this.N });';
const pool = new ScriptPool({ maxWorkers: 1 });
afterAll(() => pool.close());
const transform = async (script: string, inputs: ScriptInput[]) =>
  (await pool.open({ name: 'test', collection: 'Users', script })).transform(inputs, loadsNothing);
const BOUNDS: RunnerBounds = {
  documentTimeoutMs: 850,
  maxLoadRounds: 1,
  documentAsks: 10,
  documentSize: 100_000,
  documentLoads: 10,
  turnSize: 100_000,
  batchSize: 100_000,
  faultAfter: 5,
};
const users = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    user(i, `{"A":"ü\\n${i}","N":1.10,"@metadata":{"@collection":"Users","x":1}}`),
  );

describe('A few documents of a script that is read instead of run', () => {
  it.each([PICKS, ''])('become on the spot what they become in a worker: %j', async (script) => {
    const inputs = users(100);
    const few = [];
    for (const input of inputs) few.push(...(await transform(script, [input])));
    expect(few.map(commandsOf)).toEqual((await transform(script, inputs)).map(commandsOf));
  });

  it('need no worker', async () => {
    const slots = new WorkerSlots({
      maxWorkers: 1,
      idleMs: 1,
      start: () => {
        throw new Error('a worker was asked for');
      },
    });
    const script = compileScript({ name: 'test', collection: 'Users', script: PICKS });
    const runner = new PooledScriptRunner(new OpenProgram(script, slots), slots, () => BOUNDS, 'HR');
    expect(await runner.transform(users(3), loadsNothing)).toHaveLength(3);
    await expect(runner.transform(users(100), loadsNothing)).rejects.toThrow('a worker was asked for');
  });
});
