import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { loadsNothing, runScript, user } from '../../testing/run-script.ts';
import { ScriptPool } from './script-pool.ts';
import { PoolClosedError } from '@nestjs-spark/sandbox';

const open = (pool: ScriptPool, script: string) => pool.open({ name: 'test', collection: 'Users', script });

describe('The workers', () => {
  it('serve more scripts than there are workers, in any order', async () => {
    const pool = new ScriptPool({ maxWorkers: 2 });
    const runners = await Promise.all([1, 2, 3, 4].map((n) => open(pool, `loadToUsers({ n: ${n} })`)));
    const outputs = await Promise.all(
      [...runners, ...runners].map((runner) => runner.transform([user(1)], loadsNothing)),
    );
    expect(outputs.map(([output]) => JSON.stringify(output).match(/\\"n\\":(\d)/)?.[1])).toEqual([
      '1',
      '2',
      '3',
      '4',
      '1',
      '2',
      '3',
      '4',
    ]);
    await pool.close();
  });

  it('stop at a signal without waiting for the script, and serve on', async () => {
    const pool = new ScriptPool({ maxWorkers: 1, documentTimeoutMs: 300 });
    const stop = new AbortController();
    const running = (await open(pool, 'while (true) {} loadToUsers({})')).transform(
      [user(1)],
      loadsNothing,
      stop.signal,
    );
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
    expect((await runScript(pool, 'loadToUsers({})'))[0]?.status).toBe('done');
    await pool.close();
  });

  it('reject what runs and what waits when the pool is closed', async () => {
    const pool = new ScriptPool({ maxWorkers: 1, documentTimeoutMs: 60_000 });
    const runner = await open(pool, 'while (true) {} loadToUsers({})');
    const batches = [runner.transform([user(1)], loadsNothing), runner.transform([user(1)], loadsNothing)];
    const settled = Promise.allSettled(batches);
    await new Promise((resolve) => setImmediate(resolve));
    await pool.close();
    for (const result of await settled)
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(PoolClosedError) });
    await expect(runner.transform([user(1)], loadsNothing)).rejects.toThrow(PoolClosedError);
  });

  it('do not keep a process alive that has nothing else to do', async () => {
    const main = fileURLToPath(new URL('../../testing/run-and-leave.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--conditions=@nestjs-spark/source', main],
      {
        timeout: 120_000,
      },
    );
    expect(stdout).toBe('done\n');
  });
});
