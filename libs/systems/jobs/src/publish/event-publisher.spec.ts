import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import { JetStreamLeaseKeeper } from '@nestjs-spark/jetstream/internal';
import { KafkaReader, KafkaTopics } from '@nestjs-spark/kafka/internal';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { specJob } from '../fixtures/jobs.ts';
import { moved } from '../job/move.ts';
import { JetStreamJobStore } from '../store/jetstream-job-store.ts';
import { EventPublisher, type Publication } from './event-publisher.ts';
import { KafkaEvents } from './kafka-events.ts';

const ID = randomBytes(5).toString('hex');
const TOPIC = `spec-job-events-${ID}`;
/** Nothing listens there. */
const AWAY = ['127.0.0.1:1'];
const STEPS = ['job.queued', 'job.running', 'job.succeeded'];

interface Event {
  partition: number;
  key: string;
  value: { jobId: string; status: string };
  headers: Record<string, string>;
}

describeWithServers(['nats', 'kafka'], 'Events of jobs in Kafka', () => {
  const log = new MemoryLogger();
  let connection: JetStreamConnection;
  let store: JetStreamJobStore;
  let topics: KafkaTopics;
  let reader: KafkaReader;
  /** Those that a failed test has left would publish for the next one. */
  const started: EventPublisher[] = [];

  beforeAll(async () => {
    const address = { brokers: [testServers().kafkaBrokers] };
    topics = new KafkaTopics(address, 'spec');
    await topics.ensure(TOPIC, { partitions: 3 });
    reader = new KafkaReader(address, 'spec');
    connection = new JetStreamConnection({ url: testServers().natsUrl, name: `Spec${ID}`, log });
    const place = { stream: `JOBS_${ID}`, root: `spec-jobs-${ID}` };
    store = new JetStreamJobStore({ connection, log, limits: {}, retentionMs: 60_000, ...place });
  }, 60_000);
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.stop()));
  });
  afterAll(async () => {
    await store.close();
    await connection.use(async ({ jsm }) => {
      for (const name of [`JOBS_${ID}`, `KV_JOBS_${ID}_CACHE`, `OBJ_JOBS_${ID}_DATA`])
        await jsm.streams.delete(name).catch(() => false);
    });
    await connection.close();
    await topics.remove(TOPIC);
    await Promise.all([topics.close(), reader.close()]);
  });

  const open = (brokers = [testServers().kafkaBrokers]): Promise<Publication> =>
    KafkaEvents.open({ address: { brokers }, topic: TOPIC }, ID);
  const publisher = (how: () => Promise<Publication>, logger = log): EventPublisher => {
    const leases = new JetStreamLeaseKeeper({ connection, module: `Spec${ID}`, log, ttlMs: 1_000 });
    const one = new EventPublisher({ store, leases, open: how, log: logger });
    one.start();
    started.push(one);
    return one;
  };

  /** A job from its queue to its end, whose message leaves the queue then. */
  const runJob = async (jobId: string, createdAt = new Date()): Promise<void> => {
    await store.add([specJob(jobId, { createdAt: createdAt.toISOString() })]);
    const taken = await store.take(new AbortController().signal);
    const queued = await store.get(jobId);
    if (!taken || !queued) throw new Error('it was not queued');
    const running = moved(queued.job, 'Running', 'spec', { attempt: 1 });
    const revision = await store.replace(running, queued.revision);
    await store.replace(moved(running, 'Succeeded', 'spec'), revision);
    await taken.done();
  };
  const events = async (): Promise<Event[]> => {
    const view = await reader.view(TOPIC);
    const [starts, ends] = [
      await reader.offsets(TOPIC, view, 'earliest'),
      await reader.offsets(TOPIC, view, 'latest'),
    ];
    const found: Event[] = [];
    for (const [partition, end] of ends.entries())
      for (let at = starts[partition] ?? 0; at < end;) {
        const request = { topic: TOPIC, view, offsets: new Map([[partition, at]]), maxWaitMs: 500 };
        for (const { messages, next } of await reader.fetch(request)) {
          at = Math.max(next, at);
          for (const { key, value, headers } of messages)
            found.push({
              partition,
              key: String(key),
              value: JSON.parse(String(value)) as Event['value'],
              headers: Object.fromEntries(headers.map(([name, text]) => [String(name), String(text)])),
            });
        }
        if (at >= end - 1) break;
      }
    return found;
  };
  const of = async (jobId: string): Promise<Event[]> => (await events()).filter(({ key }) => key === jobId);
  const untilPublished = (jobId: string) =>
    eventually(
      async () =>
        expect((await of(jobId)).map(({ headers }) => headers['type'])).toEqual(
          expect.arrayContaining(STEPS),
        ),
      { timeoutMs: 30_000 },
    );

  it('are every change of each job, in its order, in one partition, with the number of the change', async () => {
    await runJob('before');
    const one = publisher(open);
    await runJob('beside');
    for (const jobId of ['before', 'beside']) {
      await untilPublished(jobId);
      const told = await of(jobId);
      expect(told.map(({ headers }) => headers['type'])).toEqual(STEPS);
      expect(told.map(({ value }) => value)).toEqual(
        ['Queued', 'Running', 'Succeeded'].map((status) => expect.objectContaining({ jobId, status })),
      );
      expect(new Set(told.map(({ partition }) => partition)).size).toBe(1);
      expect(told.map(({ headers }) => headers['change'])).toEqual(['1', '2', '3']);
      const sequences = told.map(({ headers }) => Number(headers['sequence']));
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    }
    await one.stop();
  }, 90_000);

  it('distinguish a job from an earlier one with the same id, which its key yields again once that one is no longer kept', async () => {
    const one = publisher(open);
    await runJob('again');
    await untilPublished('again');
    await connection.use(({ jsm }) => jsm.streams.purge(`JOBS_${ID}`, { filter: `spec-jobs-${ID}.again.>` }));
    expect(await store.get('again')).toBeNull();
    await runJob('again', new Date(Date.now() + 1_000));
    await eventually(async () => expect((await of('again')).length).toBe(6), { timeoutMs: 30_000 });
    const told = (await of('again')).map(({ headers }) => headers);
    expect(told.map(({ change }) => change)).toEqual(['1', '2', '3', '1', '2', '3']);
    const [first, , , second] = told.map(({ submitted }) => submitted);
    expect(told.map(({ submitted }) => submitted)).toEqual([first, first, first, second, second, second]);
    expect(Date.parse(second ?? '')).toBeGreaterThan(Date.parse(first ?? ''));
    await one.stop();
  }, 90_000);

  it('wait while Kafka is away, which jobs do not, and are all published when it is back', async () => {
    const said = new MemoryLogger();
    let brokers = AWAY;
    const one = publisher(() => open(brokers), said);
    await eventually(() => expect(said.said('warn').join()).toContain('jobs continue'), {
      timeoutMs: 30_000,
    });
    await runJob('in-an-outage');
    expect((await store.get('in-an-outage'))?.job.status).toBe('Succeeded');
    brokers = [testServers().kafkaBrokers];
    await untilPublished('in-an-outage');
    expect((await of('in-an-outage')).map(({ headers }) => headers['type'])).toEqual(STEPS);
    expect((await of('before')).length).toBe(3);
    await one.stop();
  }, 90_000);

  it('whose publication was not answered are published again, with the same numbers, by whoever continues', async () => {
    let writes = 0;
    const first = publisher(async () => {
      const publication = await open();
      const write: Publication['write'] = async (changes) => {
        await publication.write(changes);
        writes++;
        throw new Error('the answer was lost');
      };
      return { write, close: () => publication.close() };
    });
    await runJob('twice');
    await eventually(() => expect(writes).toBeGreaterThan(0), { timeoutMs: 30_000 });
    const second = publisher(open);
    await first.stop();
    await runJob('after');
    await untilPublished('after');
    const told = (await of('twice')).map(({ headers }) => `${headers['change']}@${headers['sequence']}`);
    expect(told.length).toBeGreaterThan(new Set(told).size);
    expect(new Set(told).size).toBe(3);
    await second.stop();
  }, 90_000);

  it('are published by one process of several', async () => {
    let opened = 0;
    const counted = (): Promise<Publication> => {
      opened++;
      return open();
    };
    const [one, two] = [publisher(counted), publisher(counted)];
    await runJob('shared');
    await untilPublished('shared');
    expect((await of('shared')).length).toBe(3);
    expect(opened).toBe(1);
    await Promise.all([one.stop(), two.stop()]);
  }, 90_000);
});
