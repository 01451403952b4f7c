import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { engineOnNats, type JobsPlace, removeJobs } from '../../support/jobs/engine-on-nats.ts';

const MAIN = join(import.meta.dirname, '../../support/jobs/stuck-worker-main.ts');
const JOB = {
  name: 'spec',
  transformation: { kind: 'handler', handler: 'spec' },
  input: { value: 1 },
} as const;

describeWithServers(['nats'], 'A job whose owner is gone', () => {
  let place: JobsPlace;
  let api: ReturnType<typeof engineOnNats>;
  let worker: ReturnType<typeof engineOnNats> | undefined;
  let old: ChildProcess;
  let said: string;

  beforeEach(() => {
    const id = randomBytes(5).toString('hex');
    place = { natsUrl: testServers().natsUrl, stream: `JOBS_${id}`, root: `spec-jobs-${id}` };
    api = engineOnNats(place, { run: () => null }, 'api');
    said = '';
    old = startProcess((text) => (said += text));
  });
  afterEach(async () => {
    old.kill('SIGKILL');
    await worker?.stop();
    worker = undefined;
    await removeJobs(api.connection, place);
    await api.stop();
  });

  const startProcess = (say: (text: string) => void): ChildProcess => {
    const { natsUrl, stream, root } = place;
    const env = { PATH: process.env['PATH'], NATS_URL: natsUrl, JOBS_STREAM: stream, JOBS_ROOT: root };
    const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout?.on('data', (part: Buffer) => say(part.toString()));
    return child;
  };
  const takenByOld = async (): Promise<string> => {
    const { jobId } = await api.jobs.submit(JOB);
    await eventually(() => expect(said).toBe('running\n'));
    expect((await api.jobs.get(jobId)).status).toBe('Running');
    return jobId;
  };
  const startWorker = (): void => {
    worker = engineOnNats(place, { run: () => 'of the new owner' }, 'worker');
  };

  it('is adopted after kill -9, and ends once, in the same attempt', async () => {
    const jobId = await takenByOld();
    old.kill('SIGKILL');
    startWorker();
    const job = await api.jobs.get(jobId, undefined, 30_000);
    expect(job).toMatchObject({ status: 'Succeeded', attempt: 1 });
    expect(job.transitions.map(({ status }) => status)).toEqual(['Queued', 'Running', 'Succeeded']);
    expect(await api.jobs.value(jobId)).toBe('of the new owner');
    const adopted = await worker?.metrics.getSingleMetricAsString('spark_jobs_adopted_total');
    expect(adopted).toContain('spark_jobs_adopted_total{backend="memory"} 1');
  });

  it('keeps the new result when the old owner wakes and has one, too', async () => {
    const jobId = await takenByOld();
    old.kill('SIGSTOP');
    startWorker();
    const job = await api.jobs.get(jobId, undefined, 30_000);
    expect(job.status).toBe('Succeeded');
    old.kill('SIGCONT');
    old.kill('SIGUSR2');
    await eventually(() => expect(said).toContain('returned'));
    // It takes its next job only when it is through with this one.
    await worker?.stop();
    worker = undefined;
    await api.jobs.submit(JOB);
    await eventually(() => expect(said).toMatch(/returned\nrunning/));
    const after = await api.jobs.get(jobId);
    expect(after.revision).toBe(job.revision);
    expect(await api.jobs.value(jobId)).toBe('of the new owner');
  });

  it('is handed out once more when the old owner wakes while a new one has it, and that one is killed as well', async () => {
    const jobId = await takenByOld();
    old.kill('SIGSTOP');
    let saidNow = '';
    const second = startProcess((text) => (saidNow += text));
    try {
      await eventually(() => expect(saidNow).toBe('running\n'));
      old.kill('SIGCONT');
      old.kill('SIGUSR2');
      await eventually(() => expect(said).toContain('returned'));
      // It takes its next job only when it is through with this one.
      await api.jobs.submit(JOB);
      await eventually(() => expect(said).toMatch(/returned\nrunning/));
    } finally {
      second.kill('SIGKILL');
    }
    old.kill('SIGKILL');
    startWorker();
    await eventually(async () => expect((await api.jobs.get(jobId)).status).toBe('Succeeded'));
    expect(await api.jobs.value(jobId)).toBe('of the new owner');
  });
});
