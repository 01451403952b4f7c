import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkBackend, HttpBackend } from '@nestjs-spark/jobs/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { handlerJob, JobsApp } from './jobs-app.ts';

const PROGRAM = join(process.cwd(), 'examples/custom-backend/backend.py');
const TOKEN = 'the-token-of-the-backend';
const hasPython = spawnSync('python3', ['--version']).status === 0;

/** The example, as a process of its own. */
async function startBackend(port = 0): Promise<{ url: string; process: ChildProcess }> {
  const child = spawn('python3', [PROGRAM, String(port)], {
    env: { ...process.env, BACKEND_TOKEN: TOKEN },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { url, process: child };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

const suite = hasPython || process.env['SPARK_REQUIRE_SERVERS'] ? describe : describe.skip;

suite('A backend in another language', () => {
  let backend: Awaited<ReturnType<typeof startBackend>>;
  let jobs: JobsApp;

  beforeAll(async () => {
    backend = await startBackend();
    jobs = await JobsApp.start({
      SPARK_JOBS_BACKENDS: `memory,python=${backend.url}`,
      SPARK_JOBS_BACKEND_PYTHON_TOKEN: TOKEN,
    });
  });
  afterAll(async () => {
    await jobs.stop();
    await kill(backend.process);
  });

  const words = (value: string, more: object = {}) => ({
    name: 'words',
    backend: 'python',
    transformation: { kind: 'handler', handler: 'word-count' },
    input: { value },
    ...more,
  });

  it('passes the conformance kit against its URL', async () => {
    const place = { name: 'python', url: backend.url, token: TOKEN };
    const checks = [];
    for await (const check of checkBackend(new HttpBackend(place))) checks.push(check);
    expect(checks.filter(({ passed }) => !passed)).toEqual([]);
    expect(checks.length).toBeGreaterThan(10);
  });

  it('runs jobs that name it, and gives their results', async () => {
    const job = await jobs.run(words('one two two'));
    expect(job).toMatchObject({
      status: 'Succeeded',
      backend: 'python',
      backendReason: { rule: 'explicit' },
    });
    const result = await jobs.ask('GET', `/api/jobs/${job.jobId}/result`);
    expect(result.body).toEqual({ one: 1, two: 2 });
    const { body } = await jobs.ask('GET', '/api/backends');
    expect(body).toContainEqual(
      expect.objectContaining({ name: 'python', available: true, kinds: ['handler'] }),
    );
  });

  it('refuses what it does not have, with its own words', async () => {
    const transformation = { kind: 'handler', handler: 'none' };
    const job = await jobs.run(words('', { transformation }));
    expect(job).toMatchObject({ status: 'Failed', cause: { class: 'user', code: 'refused' } });
    expect(job.cause?.message).toContain('no handler has this name');
  });

  it('cancels a run with proof', async () => {
    const wait = { ...words(''), transformation: { kind: 'handler', handler: 'kit-wait' } };
    const { body } = await jobs.submit(wait);
    await jobs.until(body.jobId, 'Running');
    await jobs.ask('POST', `/api/jobs/${body.jobId}/cancel`);
    expect(await jobs.ended(body.jobId)).toMatchObject({
      status: 'Cancelled',
      cancel: { proof: { source: 'http' } },
    });
  });

  it('is not used while it is away, and what it had begun is run again when it is back', async () => {
    const wait = { ...words('a b'), transformation: { kind: 'handler', handler: 'kit-wait' } };
    const { body: lost } = await jobs.submit(wait);
    await jobs.until(lost.jobId, 'Running');
    await kill(backend.process);
    const { body: queued } = await jobs.submit(words('x'));
    expect(await jobs.run(handlerJob(1, 1))).toMatchObject({ status: 'Succeeded', backend: 'memory' });
    backend = await startBackend(Number(new URL(backend.url).port));
    expect(await jobs.ended(queued.jobId)).toMatchObject({ status: 'Succeeded', backend: 'python' });
    // On a busy machine the backend may be lost once more before it is found to be back.
    await eventually(async () => {
      const { body } = await jobs.ask('GET', `/api/jobs/${lost.jobId}`);
      return body.attempts.length > 1 && body.attempts.at(-1)?.outcome === null;
    });
    await jobs.ask('POST', `/api/jobs/${lost.jobId}/cancel`);
    const ended = await jobs.ended(lost.jobId);
    const outcomes = ended.attempts.map(({ outcome }) => outcome);
    expect([new Set(outcomes.slice(0, -1)), outcomes.at(-1)]).toEqual([new Set(['lost']), 'cancelled']);
    const counted = `spark_jobs_lost_total{backend="python"} ${outcomes.length - 1}`;
    expect((await jobs.ask('GET', '/metrics')).text).toContain(counted);
  });
});
