import { describe, expect, it } from '@jest/globals';
import { runOver } from '../../fixtures/script-run.ts';
import type { JobBackend } from '../../job/backend.ts';
import { WholeCluster } from './whole-cluster.ts';

const SIGNAL = new AbortController().signal;

function part(kinds: readonly string[], calls: string[], isAway = false): JobBackend {
  const [first = ''] = kinds;
  const note = (what: string): void => void calls.push(`${first} ${what}`);
  return {
    name: 'spark',
    capabilities: { kinds, idempotentStart: true },
    health: async () => {
      if (isAway) throw new Error('no answer');
      return { available: true, reason: null };
    },
    start: async ({ runId }: { runId: string }) => {
      note('start');
      return { runId };
    },
    find: async () => 'unknown',
    cancel: async () => {
      note('cancel');
      return 'ended';
    },
    release: async () => note('release'),
  } as unknown as JobBackend;
}

describe('A cluster with two ways', () => {
  it('takes each run by its own', async () => {
    const calls: string[] = [];
    const cluster = new WholeCluster(part(['script', 'sql'], calls), part(['spark-app'], calls));
    expect(cluster.capabilities.kinds).toEqual(['script', 'sql', 'spark-app']);
    for (const run of [runOver('f();'), runOver({ kind: 'spark-app', resource: '/a.py' })]) {
      const handle = await cluster.start(run, SIGNAL);
      await cluster.cancel(handle);
      await cluster.release(handle);
    }
    expect(calls).toEqual([
      'script start',
      'script cancel',
      'script release',
      'spark-app start',
      'spark-app cancel',
      'spark-app release',
    ]);
  });

  it('keeps the jobs of one way waiting when the other one is away, and says so', async () => {
    const away = new WholeCluster(part(['script'], []), part(['spark-app'], [], true));
    expect(await away.health(SIGNAL, 'script')).toEqual({ available: true, reason: null });
    expect(await away.health(SIGNAL, 'spark-app')).toEqual({ available: false, reason: 'no answer' });
    expect(await away.health(SIGNAL)).toEqual({ available: true, reason: 'applications: no answer' });
    const other = new WholeCluster(part(['script'], [], true), part(['spark-app'], []));
    await expect(other.health(SIGNAL, 'script')).rejects.toThrow('no answer');
    expect(await other.health(SIGNAL, 'spark-app')).toEqual({ available: true, reason: null });
  });
});
