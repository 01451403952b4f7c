import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { run } from '@nestjs-spark/cli';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import { leaseProbe } from '@nestjs-spark/jetstream/internal';
import { type SecuredNats, startSecuredNats } from '@nestjs-spark/servers/internal';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { PATIENCE_MS } from '../../support/member.ts';
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
  const connections = new Map<User, JetStreamConnection>();
  let folder: string;
  let nats: SecuredNats;
  const seeds = new Map<User, string>();
  let ca: string;

  const connectionOf = (user: User): JetStreamConnection => {
    const known = connections.get(user);
    if (known) return known;
    const connection = new JetStreamConnection({
      url: nats.url,
      name: USERS[user],
      security: () => ({ nkeySeed: seeds.get(user) ?? '', ca }),
      probe: leaseProbe(USERS[user]),
      log: new MemoryLogger(),
    });
    connections.set(user, connection);
    return connection;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-jobs-grants-'));
    const printed = await run(['nats', 'permissions', ...MEMBERS, '--keys', folder], {});
    nats = await startSecuredNats({ temporary: true, log: () => undefined, accounts: printed.text });
    ca = await readFile(nats.ca, 'utf8');
    for (const user of Object.keys(USERS) as User[])
      seeds.set(user, (await readFile(join(folder, `${user}.nk`), 'utf8')).trim());
    const NATS_NKEY_SEED = seeds.get('administrator');
    const asAdministrator = { NATS_URL: nats.url, NATS_CA_FILE: nats.ca, NATS_NKEY_SEED };
    await eventually(async () => {
      const { text } = await run(['nats', 'provision', ...MEMBERS], asAdministrator);
      expect(text).toMatch(/SPARK_JOBS: (created|unchanged)/);
    });
    // What is refused below is refused by NATS, and not because it has not answered yet.
    for (const user of Object.keys(USERS) as User[])
      await eventually(() => connectionOf(user).use(({ nc }) => nc.flush()));
  });
  afterAll(async () => {
    for (const connection of connections.values()) await connection.close();
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

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
