import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { JetStreamConnection } from '@nestjs-spark/jetstream';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { PATIENCE_MS } from '../../support/member.ts';
import { NatsWithUsers } from '../../support/nats-with-users.ts';
import { engineOver } from '../../support/jobs/engine-on-nats.ts';

jest.setTimeout(3 * PATIENCE_MS);

const MEMBERS = ['--jobs', 'Jobs:api', '--jobs', 'Jobs:worker', '--module', 'Sales'];
/** Users, and the module that each is an instance of. */
const USERS = {
  'Jobs-api': 'Jobs',
  'Jobs-worker': 'Jobs',
  Sales: 'Sales',
  administrator: 'administrator',
} as const;
type User = keyof typeof USERS;

describeWithOwnServers(['nats'], 'The NATS permissions of jobs', () => {
  let nats: NatsWithUsers;
  let connections: ReadonlyMap<User, JetStreamConnection>;

  const connectionOf = (user: User): JetStreamConnection => {
    const found = connections.get(user);
    if (!found) throw new Error(`${user} is not connected`);
    return found;
  };

  beforeAll(async () => {
    nats = await NatsWithUsers.start(MEMBERS);
    expect(nats.provisioned).toMatch(/SPARK_JOBS: (created|unchanged)/);
    const users = Object.entries(USERS) as [User, string][];
    connections = new Map(
      await Promise.all(
        users.map(async ([user, module]) => [user, await nats.connect(user, module)] as const),
      ),
    );
  });
  afterAll(() => nats?.stop());

  it('allow everything that jobs do, where some instances accept them and others run them', async () => {
    const handler = { run: (input: unknown) => Promise.resolve({ took: String(input).length }) };
    const api = engineOver(connectionOf('Jobs-api'), handler, 'api');
    const worker = engineOver(connectionOf('Jobs-worker'), handler, 'worker');
    try {
      const submit = (value: unknown, more: object = {}) =>
        api.jobs.submit({
          name: 'spec',
          transformation: { kind: 'handler', handler: 'spec' },
          input: { value },
          ...more,
        });
      const ended = async (jobId: string) => (await api.jobs.get(jobId, undefined, PATIENCE_MS)).status;
      const short = await submit('short');
      expect(await ended(short.jobId)).toBe('Succeeded');
      // Over 64 KiB: it lies apart.
      const large = await submit('x'.repeat(200_000));
      expect(await ended(large.jobId)).toBe('Succeeded');
      const later = await submit('later', { runAt: new Date(Date.now() + 1_000).toISOString() });
      expect(await ended(later.jobId)).toBe('Succeeded');
      const labelled = await submit('few', { labels: ['few'] });
      expect(await ended(labelled.jobId)).toBe('Succeeded');
      const cancelled = await submit('never', { runAt: new Date(Date.now() + 3_600_000).toISOString() });
      await api.jobs.cancel(cancelled.jobId);
      expect(await ended(cancelled.jobId)).toBe('Cancelled');
      const batch = await api.jobs.submitBatch({
        jobs: [1, 2, 3].map((value) => ({
          name: 'spec',
          transformation: { kind: 'handler' as const, handler: 'spec' },
          input: { value },
        })),
      });
      for (const { jobId } of batch.jobs) expect(await ended(jobId)).toBe('Succeeded');
      for (const user of ['Jobs-api', 'Jobs-worker'] as const)
        expect(connectionOf(user).health()).toMatchObject({ ready: true });
    } finally {
      await Promise.all([api.stop(), worker.stop()]);
    }
  });

  it.each<[string, User, string]>([
    ['a foreign module submits a job', 'Sales', 'spark.jobs.one.queued.normal'],
    ['a foreign module changes a job', 'Sales', 'spark.jobs.one.state'],
    ['a foreign module keeps an input', 'Sales', '$O.SPARK_JOBS_DATA.C.one'],
    ['a foreign module says what the cache has', 'Sales', '$KV.SPARK_JOBS_CACHE.one'],
    ['a worker submits a job', 'Jobs-worker', 'spark.jobs.one.queued.normal'],
  ])('do not allow that %s', async (_what, user, subject) => {
    const publish = connectionOf(user).use(({ js }) => js.publish(subject, '{}', { timeout: 5_000 }));
    await expect(publish).rejects.toThrow(`publish to ${subject}`);
  });

  it.each<[string, User, string]>([
    ['a foreign module reads a job', 'Sales', '$JS.API.STREAM.MSG.GET.SPARK_JOBS'],
    ['a foreign module empties the jobs', 'Sales', '$JS.API.STREAM.PURGE.SPARK_JOBS'],
    ['a foreign module removes a job', 'Sales', '$JS.API.STREAM.MSG.DELETE.SPARK_JOBS'],
    ['a foreign module takes a job', 'Sales', '$JS.API.CONSUMER.MSG.NEXT.SPARK_JOBS.jobs-normal'],
    ['an instance empties the jobs', 'Jobs-worker', '$JS.API.STREAM.PURGE.SPARK_JOBS'],
    ['an instance that takes jobs removes one', 'Jobs-api', '$JS.API.STREAM.MSG.DELETE.SPARK_JOBS'],
  ])('do not allow that %s', async (_what, user, subject) => {
    const request = connectionOf(user).use(({ nc }) => nc.request(subject, '{}', { timeout: 5_000 }));
    await expect(request).rejects.toThrow(`publish to ${subject}`);
  });
});
