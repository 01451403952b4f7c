import { afterAll, describe, expect, it } from '@jest/globals';
import { ScriptRefusedError } from '../compile/compile-script.ts';
import { ScriptPool } from '../run/script-pool.ts';
import { inspectScript } from '../validate/inspect-script.ts';

const pool = new ScriptPool({ maxWorkers: 1 });
afterAll(() => pool.close());
const of = (script: string) => ({ name: 'HR/cars', collection: 'Cars', script });
// Acorn looks through all of the names at each.
const SLOW = `${Array.from({ length: 4_600 }, (_, i) => `let a${i}=1`).join(';')};loadToCars({A:1})`;

describe('Scripts of others', () => {
  it('are found to do what they do', async () => {
    for (const script of [
      '',
      'loadToCars({ A: this.A })',
      'nothing(',
      'const x = load(this.B); loadToCars({ x })',
    ]) {
      expect(await pool.inspect(of(script))).toEqual(inspectScript(of(script)));
    }
  });

  it('are read while the main thread goes on', async () => {
    let rounds = 0;
    let reading = true;
    const count = (): void => {
      rounds++;
      if (reading) setImmediate(count);
    };
    const read = Promise.all([SLOW, SLOW, SLOW].map((script) => pool.inspect(of(script))));
    setImmediate(count);
    expect((await read).map(({ problems }) => problems)).toEqual([[], [], []]);
    reading = false;
    expect(rounds).toBeGreaterThan(10);
  });

  it.each([
    ['parentheses', `loadToCars({ A: ${'('.repeat(20_000)}1${')'.repeat(20_000)} })`],
    ['calls', `const q = ${'id('.repeat(15_000)}this${')'.repeat(15_000)}; loadToCars({ q })`],
    ['members', `const q = this${'.a'.repeat(25_000)}; loadToCars({ q })`],
    ['ternaries', `const q = ${'1?'.repeat(9_000)}1${':1'.repeat(9_000)}; loadToCars({ q })`],
  ])('are refused or opened, and nothing breaks, when they nest endlessly: %s', async (_, script) => {
    const opened = await pool.open(of(script)).then(
      (runner) => runner.close(),
      (error: unknown) => error,
    );
    if (opened !== undefined) expect(opened).toBeInstanceOf(ScriptRefusedError);
    expect((await pool.inspect(of('loadToCars(this)'))).problems).toEqual([]);
  });

  it('have so many problems listed and no more', async () => {
    const { problems } = await pool.inspect(of(`${'x();'.repeat(5_000)}loadToCars({})`));
    expect(problems).toHaveLength(100);
  });
});
