import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { keepText } from '../job/content.ts';
import { moved } from '../job/move.ts';
import { specJob } from '../fixtures/jobs.ts';
import { jobStoreConformance } from '../fixtures/job-store.conformance.ts';
import { APPLICATION, submitterOf } from '../serve/access.ts';
import { newJob } from '../submit/new-job.ts';
import { readSubmission } from '../submit/read-submission.ts';
import { JetStreamJobStore } from './jetstream-job-store.ts';

describeWithServers(['nats'], 'A store of jobs in JetStream', () => {
  const streams: string[] = [];
  const log = new MemoryLogger();
  let connection: JetStreamConnection;

  beforeAll(() => {
    connection = new JetStreamConnection({
      url: testServers().natsUrl,
      name: 'spec',
      log,
    });
  });
  afterAll(async () => {
    await connection.use(async ({ jsm }) => {
      for (const name of streams.flatMap((one) => [one, `KV_${one}_CACHE`, `OBJ_${one}_DATA`]))
        await jsm.streams.delete(name).catch(() => false);
    });
    await connection.close();
  });

  const open = (id: string): JetStreamJobStore => {
    streams.push(`JOBS_${id}`);
    return new JetStreamJobStore({
      connection,
      log,
      limits: { few: 2 },
      retentionMs: 60_000,
      stream: `JOBS_${id}`,
      root: `spec-jobs-${id}`,
    });
  };
  const freshId = (): string => randomBytes(5).toString('hex');

  jobStoreConformance(() => Promise.resolve(open(freshId())));

  it('gives a job with its message the first time only: what comes again may run already', async () => {
    const store = open(freshId());
    const stop = new AbortController();
    try {
      await store.add([specJob('one')]);
      const first = await store.take(stop.signal);
      expect([first?.times, first?.queued]).toEqual([1, await store.get('one')]);
      await first?.giveBack();
      const again = await store.take(stop.signal);
      expect([again?.times, again?.queued]).toEqual([2, undefined]);
      await again?.done();
    } finally {
      stop.abort();
      await store.close();
    }
  });

  it('keeps a small job that is queued in at most 1,000 bytes, with its subject and headers', async () => {
    const id = freshId();
    const store = open(id);
    try {
      const body = {
        name: 'small',
        transformation: { kind: 'handler', handler: 'spec' },
        input: { value: 1 },
      };
      const submission = await readSubmission(JSON.stringify(body));
      const input = {
        ...(await keepText('1', () => '', store.putContent.bind(store))),
        form: 'value',
        documents: 1,
      } as const;
      const job = newJob(submission, {
        jobId: randomUUID(),
        input,
        submittedBy: submitterOf(APPLICATION),
        fingerprint: '',
        batch: null,
      });
      await store.add([job]);
      const { state } = await connection.use(({ jsm }) => jsm.streams.info(`JOBS_${id}`));
      expect([state.messages, (await store.get(job.jobId))?.job.options]).toEqual([1, job.options]);
      expect(state.bytes).toBeLessThanOrEqual(1_000);
    } finally {
      await store.close();
    }
  });

  it('ignores what no store of jobs has written, counts it, logs it once, and continues', async () => {
    const id = freshId();
    const store = open(id);
    const stop = new AbortController();
    const publish = (subject: string, text: string) =>
      connection.use(({ js }) => js.publish(`spec-jobs-${id}.${subject}`, text));
    try {
      const [first = 0] = await store.add([specJob('one')]);
      const forged = JSON.stringify({ ...specJob('one'), status: 'Succeeded' });
      for (const text of ['nonsense', '{}', forged]) await publish('one.state', text);
      await publish('two.queued.normal', '[1]');
      await publish('three.queued.normal', JSON.stringify(moved(specJob('three'), 'Running', 'forger')));

      const stored = await store.get('one');
      expect(stored?.job.status).toBe('Queued');
      expect(await store.get('two')).toBeNull();
      expect((await store.list({ take: 10, submitter: null })).items.map(({ job }) => job.jobId)).toEqual([
        'one',
      ]);
      await store.replace(moved(specJob('one'), 'Running', 'me'), stored?.revision ?? 0);
      expect((await store.get('one'))?.job.status).toBe('Running');
      const seen = [];
      for await (const { job } of store.follow(stop.signal, { after: first - 1 })) {
        seen.push(job.status);
        if (seen.length === 2) break;
      }
      expect(seen).toEqual(['Queued', 'Running']);
      expect(store.foreign).toBeGreaterThanOrEqual(3);
      expect(
        log.lines.filter((line) => JSON.stringify(line).includes('is not a job and is ignored')),
      ).toHaveLength(1);
    } finally {
      stop.abort();
      await store.close();
    }
  });
});
