import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import { MemoryLogger } from '@nestjs-spark/testing';
import { engineOnNats, type JobsPlace, removeJobs } from '../../support/jobs/engine-on-nats.ts';

const HANDLER = {
  name: 'spec',
  transformation: { kind: 'handler', handler: 'spec' },
  input: { value: 'real' },
} as const;

describeWithServers(['nats'], 'Messages that a plain NATS client writes among the jobs', () => {
  const ran: unknown[] = [];
  let place: JobsPlace;
  let engine: ReturnType<typeof engineOnNats>;
  let stranger: JetStreamConnection;

  beforeEach(() => {
    const id = randomBytes(5).toString('hex');
    const natsUrl = testServers().natsUrl;
    place = { natsUrl, stream: `JOBS_${id}`, root: `spec-jobs-${id}` };
    ran.length = 0;
    engine = engineOnNats(place, { run: (input: unknown) => ran.push(input) }, 'all');
    stranger = new JetStreamConnection({ url: natsUrl, name: 'stranger', log: new MemoryLogger() });
  });
  afterEach(async () => {
    await stranger.close();
    await removeJobs(engine.connection, place);
    await engine.stop();
  });

  const write = (subject: string, value: unknown): Promise<unknown> =>
    stranger.use(({ nc }) =>
      // The client's default timeout is one second, which is too short on a busy machine.
      nc.request(`${place.root}.${subject}`, typeof value === 'string' ? value : JSON.stringify(value), {
        timeout: 5_000,
      }),
    );
  const submit = async () => (await engine.jobs.submit(HANDLER)).jobId;
  const ended = (jobId: string) => engine.jobs.get(jobId, undefined, 30_000);

  it('run nothing, and the jobs behind them run', async () => {
    const real = await ended(await submit());
    const { connection } = engine;
    const record = await connection.use(({ jsm }) =>
      jsm.streams.getMessage(place.stream, { last_by_subj: `${place.root}.${real.jobId}.>` }),
    );
    const copy = JSON.parse(record?.string() ?? '') as Record<string, unknown>;
    const queued = { ...copy, status: 'Queued', endedAt: null };
    const forged: [string, unknown][] = [
      ['one.queued.normal', 'nonsense'],
      ['two.queued.normal', '['.repeat(100_000)],
      ['three.queued.high', [queued]],
      ['four.queued.normal', queued],
      ['five.queued.normal', { ...queued, jobId: 'five', transformation: { kind: 'shell', shell: 'rm' } }],
      ['six.queued.normal', { ...queued, jobId: 'six', status: 'Running' }],
      ['seven.state', { ...queued, jobId: 'seven' }],
      ['eight.queued.normal', { ...queued, jobId: 'eight', input: { form: 'value', object: 'out/x' } }],
      ['nine.queued.normal', { ...queued, jobId: 'nine', submittedBy: { subject: 'root' } }],
      ['ten.queued.normal', { ...queued, jobId: 'ten', labels: Array.from({ length: 99 }, () => 'x') }],
      [`${'x'.repeat(200)}.queued.normal`, queued],
      ['a.b.c.queued.normal', queued],
    ];
    for (const [subject, value] of forged) await write(subject, value);
    await stranger.use(({ nc }) => {
      for (let flood = 0; flood < 500; flood++) nc.publish(`${place.root}.f${flood}.queued.high`, '{}');
      return nc.flush();
    });
    ran.length = 0;
    expect(await ended(await submit())).toMatchObject({ status: 'Succeeded' });
    expect(ran).toEqual(['real']);
    expect((await engine.jobs.list({ take: 50 })).items.map(({ jobId }) => jobId)).toHaveLength(2);
  });

  it('do not change a job that has ended', async () => {
    const real = await ended(await submit());
    for (const value of ['nonsense', { ...real, status: 'Failed' }])
      await write(`${real.jobId}.state`, value);
    const after = await engine.jobs.get(real.jobId);
    expect(after).toEqual({ ...real, revision: after.revision });
    expect(await engine.jobs.value(real.jobId)).toBe(1);
  });
});
