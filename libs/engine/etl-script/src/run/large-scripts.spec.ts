import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { BoundedWorker } from '@nestjs-spark/sandbox';
import { loadsNothing, runScript, user } from '../../testing/run-script.ts';
import { ScriptPool } from './script-pool.ts';

// Small workers and a large one, as an owner has; and one worker, which is a large one.
const pool = new ScriptPool({ maxWorkers: 2, documentTimeoutMs: 30_000 });
const alone = new ScriptPool({ maxWorkers: 1, documentTimeoutMs: 30_000 });
afterAll(() => Promise.all([pool.close(), alone.close()]));

const documents = [user(1), user(2), user(3)];
const SCRIPTS = {
  'that need more memory than a small sandbox has':
    'const a = []; for (let i = 0; i < 300; i++) a.push(`${"x".repeat(100000)}${i}`); loadToUsers({ n: a.length })',
  'that need more memory than there is':
    'const a = []; for (;;) a.push("x".repeat(1000) + a.length); loadToUsers({})',
  'that go on with less when memory is refused':
    'let n = 0; try { const a = []; for (;;) { a.push("x".repeat(1000000) + n); n++; } } catch { loadToUsers({ isMore: n > 30 }); }',
  'that make as much as they may': 'loadToUsers({ text: "x".repeat(4000000) })',
};

describe('Scripts', () => {
  it.each(Object.entries(SCRIPTS))(
    '%s come to the same in a pool with small workers as in a large one',
    async (_, script) => {
      const [here, there] = [
        await runScript(pool, script, documents),
        await runScript(alone, script, documents),
      ];
      expect(here).toEqual(there);
    },
    120_000,
  );

  it('that need 40 MiB for a document are not set aside for it', async () => {
    const outputs = await runScript(
      pool,
      SCRIPTS['that need more memory than a small sandbox has'],
      documents,
    );
    expect(outputs.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
  });

  it('that produce as much as they may are not sent hundreds of documents for each one that a turn reaches', async () => {
    const run = jest.spyOn(BoundedWorker.prototype, 'run');
    const many = Array.from({ length: 300 }, (_, n) => user(n));
    const runner = await pool.open({
      name: 'large',
      collection: 'Users',
      script: 'loadToUsers({ text: "x".repeat(4000000) })',
    });
    const sent = () => run.mock.lastCall?.[0] as { ids: string[] };
    try {
      const first = await runner.transform(many, loadsNothing);
      expect(first.length).toBeLessThan(5);
      await runner.transform(many.slice(first.length), loadsNothing);
      expect(sent().ids.length).toBeLessThan(10);
    } finally {
      runner.close();
      run.mockRestore();
    }
  });
});
