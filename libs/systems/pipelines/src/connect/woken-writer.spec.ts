import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { FENCED_EXIT, laneBenches, type LaneBench } from '../fixtures/lane-benches.ts';
import type { LaneJob } from '../fixtures/write-lane.ts';
import { LaneProcess } from '../fixtures/lane-process.ts';

const RECORDS = 3_000;
const PER_BATCH = 50;
const all = Array.from({ length: RECORDS }, (_, id) => id);

describeWithServers(['postgres'], 'a postgres sink, written by processes', () =>
  survives(() => laneBenches.postgres(testServers().postgresUrl)),
);
describeWithServers(['kafka'], 'a kafka sink, written by processes', () =>
  survives(() => laneBenches.kafka(testServers().kafkaBrokers)),
);
describe('a sqlite sink, written by processes', () => survives(laneBenches.sqlite));

function survives(prepare: () => Promise<LaneBench>): void {
  let bench: LaneBench;
  let pipelineId: string;
  let writers: LaneProcess[];
  beforeEach(async () => {
    writers = [];
    bench = await prepare();
    pipelineId = `p-${randomUUID().slice(0, 8)}`;
  });
  afterEach(async () => {
    for (const writer of writers) await writer.kill();
    await bench.end();
  });

  function start(epoch: number, more: Partial<LaneJob> = {}): LaneProcess {
    const job = {
      ...bench.job,
      pipelineId,
      epoch,
      records: RECORDS,
      perBatch: PER_BATCH,
      isFenced: true,
      ...more,
    };
    const writer = new LaneProcess(job);
    writers.push(writer);
    return writer;
  }

  it('has each record once, although its writers were killed before, in and after a write', async () => {
    expect(await start(1, { ends: { n: 2, when: 'made', by: 'SIGKILL' } }).end()).toBeNull();
    expect(await start(2, { ends: { n: 4, when: 'written', by: 'SIGKILL' } }).end()).toBeNull();
    for (const epoch of [3, 4]) {
      const writer = start(epoch);
      await writer.signalWhileWriting(epoch, 'SIGKILL');
      expect(await writer.end()).toBeNull();
    }
    const last = start(5);
    expect(await last.end()).toBe(0);
    expect(last.written).toBeLessThan(RECORDS / PER_BATCH);
    expect(await bench.ids()).toEqual(all);
  });

  it('has nothing of a writer that slept and woke when another one had taken over: 0 stale, 0 lost, 0 twice', async () => {
    const stopped = await startAndStop(true);
    expect(await start(2).end()).toBe(0);
    stopped.signal('SIGCONT');
    expect(await stopped.end()).toBe(FENCED_EXIT);
    expect(await bench.ids()).toEqual(all);
  });

  it('would have its stale records without the fence', async () => {
    const stopped = await startAndStop(false);
    expect(await start(2, { isFenced: false }).end()).toBe(0);
    stopped.signal('SIGCONT');
    await stopped.end();
    expect((await bench.ids()).length).toBeGreaterThan(RECORDS);
  });

  /** In the middle of a write. A file's lock is not given to another process meanwhile, so there: just before one. */
  async function startAndStop(isFenced: boolean): Promise<LaneProcess> {
    const ends = { n: 4, when: 'made', by: 'SIGSTOP' } as const;
    const writer = start(1, { isFenced, ...(bench.isServer ? {} : { ends }) });
    if (bench.isServer) await writer.signalWhileWriting(3, 'SIGSTOP');
    else await writer.isWriting(3);
    return writer;
  }
}
