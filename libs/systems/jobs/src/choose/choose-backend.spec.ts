import { describe, expect, it } from '@jest/globals';
import { specJob } from '../fixtures/jobs.ts';
import { endedAttempt, moved } from '../job/move.ts';
import type { Job } from '../job/job.ts';
import { chooseBackend, type Candidate, type ChoiceOf } from './choose-backend.ts';
import { RunHistory } from './run-history.ts';

const unknown = { ms: null, why: 'is available' };
const memory: Candidate = {
  name: 'memory',
  kinds: ['script', 'handler'],
  local: true,
  onRequest: false,
  available: true,
  reason: null,
  estimate: unknown,
};
const spark: Candidate = { ...memory, name: 'spark', kinds: ['script', 'sql'], local: false };
const own: Candidate = { ...spark, name: 'own', kinds: ['script', 'handler', 'sql'], onRequest: true };
const JOB: ChoiceOf = { asked: 'auto', kind: 'script', inputBytes: 10, memoryBytes: 100 };

const chosen = (job: Partial<ChoiceOf>, candidates: Candidate[]) => {
  const { backend, reason } = chooseBackend({ ...JOB, ...job }, candidates);
  return [backend, reason.rule];
};

describe('A job gets', () => {
  it.each<[string, Partial<ChoiceOf>, Candidate[], unknown[]]>([
    ['the backend that it names', { asked: 'spark' }, [memory, spark], ['spark', 'explicit']],
    [
      'none while the one that it names is away',
      { asked: 'spark' },
      [memory, { ...spark, available: false }],
      [null, 'explicit'],
    ],
    ['the only one for its kind', { kind: 'sql' }, [memory, spark], ['spark', 'only']],
    ['this process while its input is small', {}, [spark, memory], ['memory', 'size']],
    ['a cluster when its input is large', { inputBytes: 101 }, [memory, spark], ['spark', 'size']],
    [
      'what is available when the cluster is away',
      { inputBytes: 101 },
      [memory, { ...spark, available: false }],
      ['memory', 'available'],
    ],
    ['no backend that wants to be named', { kind: 'handler' }, [own, memory], ['memory', 'only']],
    ['one that wants to be named when it names it', { asked: 'own' }, [memory, own], ['own', 'explicit']],
  ])('%s', (_, job, candidates, expected) => {
    expect(chosen(job, candidates)).toEqual(expected);
  });

  it('what was fastest before, where all have run it often enough', () => {
    const [slow, fast] = [
      { ms: 900, why: '' },
      { ms: 20, why: '' },
    ];
    const both = [
      { ...memory, estimate: slow },
      { ...spark, estimate: fast },
    ];
    expect(chosen({}, both)).toEqual(['spark', 'history']);
    expect(chosen({}, [both[0] ?? memory, spark])).toEqual(['memory', 'size']);
  });

  it('a reason that lists every backend for its kind', () => {
    const { reason } = chooseBackend(JOB, [memory, { ...spark, available: false, reason: 'is down' }]);
    expect(reason.considered).toEqual([
      { backend: 'memory', available: true, estimateMs: null, why: 'is available' },
      { backend: 'spark', available: false, estimateMs: null, why: 'is down' },
    ]);
  });
});

describe('What earlier runs tell', () => {
  const ran = (ms: number, outcome: 'succeeded' | 'failed', more: Partial<Job> = {}): Job => {
    const startedAt = '2026-01-01T00:00:00.000Z';
    const attempt = { number: 1, runId: 'a:1', backend: 'memory', owner: 'me', startedAt };
    const running = moved(specJob('a', more), 'Running', 'me', {
      attempts: [{ ...attempt, endedAt: null, outcome: null, cause: null }],
    });
    return {
      ...running,
      attempts: endedAttempt(running, outcome, null, new Date(Date.parse(startedAt) + ms)),
    };
  };

  it('is nothing until there are three, and then how long they took', () => {
    const history = new RunHistory();
    for (const ms of [100, 100]) history.note(ran(ms, 'succeeded'));
    expect(history.estimate(specJob('b'), 'memory').ms).toBeNull();
    history.note(ran(100, 'succeeded'));
    expect(history.estimate(specJob('b'), 'memory').ms).toBe(100);
    expect(history.estimate(specJob('b'), 'spark').ms).toBeNull();
  });

  it('counts what failed as slower, and each transformation by itself', () => {
    const history = new RunHistory();
    for (const outcome of ['succeeded', 'failed', 'failed', 'succeeded'] as const)
      history.note(ran(100, outcome));
    expect(history.estimate(specJob('b'), 'memory').ms).toBe(200);
    const other = specJob('c', { transformation: { kind: 'handler', handler: 'other' } });
    expect(history.estimate(other, 'memory').ms).toBeNull();
  });
});
