import { afterAll, expect, it } from '@jest/globals';
import { failureOf, loadsNothing, user } from '../../testing/run-script.ts';
import { ScriptPool } from './script-pool.ts';
import { ScriptFaultedError } from './strikes.ts';

const pool = new ScriptPool({ maxWorkers: 1, documentTimeoutMs: 100 });
afterAll(() => pool.close());
const open = (script: string) => pool.open({ name: 'HR/cars', collection: 'Users', script });
const users = (count: number) => Array.from({ length: count }, (_, n) => user(n, { n }));

it('A script that does not end for five documents in a row is not run any more until it is opened again', async () => {
  const runner = await open('for (;;); loadToUsers({})');
  await expect(runner.transform(users(100), loadsNothing)).rejects.toThrow(ScriptFaultedError);
  await expect(runner.transform(users(1), loadsNothing)).rejects.toThrow(
    /'HR\/cars' broke down for 5 documents/,
  );
  const again = await open('for (;;); loadToUsers({})');
  expect(failureOf((await again.transform(users(1), loadsNothing))[0]).kind).toBe('timeout');
});

it('A document in between that succeeds, and one that throws, begin the count again', async () => {
  const runner = await open('if (this.n % 5 === 4) throw 1; for (;;); loadToUsers({})');
  const outputs = await runner.transform(users(10), loadsNothing);
  expect(outputs.map((output) => failureOf(output).kind)).toEqual(
    Array.from({ length: 10 }, (_, n) => (n % 5 === 4 ? 'thrown' : 'timeout')),
  );
});
