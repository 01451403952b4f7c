import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { FIRST_CLAIM } from '../fixtures/first-claim.ts';
import { NO_TOTALS } from '../batch/batch.ts';
import { kafkaBench, postgresBench, sqliteBench, type SinkBench } from '../fixtures/sink-benches.ts';
import {
  FencedError,
  RecordsRefusedError,
  RunFailedError,
  type Claim,
  type OutBatch,
  type Sink,
} from './ports.ts';

describeWithServers(['postgres'], 'a postgres sink', () =>
  keeps(() => postgresBench(testServers().postgresUrl)),
);
describeWithServers(['kafka'], 'a kafka sink', () => keeps(() => kafkaBench(testServers().kafkaBrokers)));
describe('a sqlite sink', () => keeps(sqliteBench));

/** What every sink keeps that stores the checkpoint with the records. */
function keeps(prepare: () => Promise<SinkBench>): void {
  let bench: SinkBench;
  let pipelineId: string;
  let sinks: Sink[];
  beforeAll(async () => void (bench = await prepare()));
  afterAll(() => bench.end());
  beforeEach(() => {
    pipelineId = `p-${randomUUID().slice(0, 8)}`;
    sinks = [];
  });
  afterEach(async () => {
    for (const sink of sinks) await sink.close();
  });

  const claim = (more: Partial<Claim> = {}): Claim => ({
    ...FIRST_CLAIM,
    pipelineId,
    startsAt: { a: 5 },
    ...more,
  });

  async function open(more: Partial<Claim> = {}) {
    const sink = bench.sink();
    sinks.push(sink);
    return { sink, checkpoint: await sink.open(claim(more)) };
  }

  const batch = (n: number, numbers: number[], more: Partial<OutBatch> = {}): OutBatch => ({
    generation: 1,
    lane: 0,
    n,
    epoch: 1,
    records: numbers.map((id) => ({ fields: { id, text: `text ${id}` }, partition: 'a', offset: id })),
    checkpoint: {
      generation: 1,
      n,
      position: { a: 5 + n },
      totals: { ...NO_TOTALS, written: numbers.length },
    },
    ...more,
  });

  /** Each test has ids of its own. */
  async function ids(from: number): Promise<number[]> {
    return (await bench.ids()).filter((id) => id >= from && id < from + 100);
  }

  it('answers the checkpoint of the last batch that it has, and an empty one before the first', async () => {
    const first = await open();
    expect(first.checkpoint).toEqual({ generation: 1, n: 0, position: { a: 5 }, totals: NO_TOTALS });
    await first.sink.write(batch(1, [100, 101]));
    await first.sink.write(batch(2, []));
    await first.sink.write(batch(3, [102]));
    const { checkpoint } = await open({ epoch: 2 });
    expect(checkpoint).toEqual({ ...batch(3, [102]).checkpoint });
    expect(await ids(100)).toEqual([100, 101, 102]);
  });

  it('lets a writer whose epoch is over write nothing, and tells it', async () => {
    const { sink: stale } = await open();
    await stale.write(batch(1, [200]));
    const { sink: owner } = await open({ epoch: 2 });
    await expect(stale.write(batch(2, [201, 202]))).rejects.toThrow(FencedError);
    await owner.write(batch(2, [203], { epoch: 2 }));
    await expect(stale.write(batch(2, [204]))).rejects.toThrow(FencedError);
    expect(await ids(200)).toEqual([200, 203]);
  });

  it('refuses an epoch that is smaller than the stored one, and leaves the owner alone', async () => {
    const { sink: owner } = await open({ epoch: 7 });
    await expect(open({ epoch: 6 })).rejects.toMatchObject({ name: 'FencedError', epoch: 7 });
    await owner.write(batch(1, [300], { epoch: 7 }));
    expect(await ids(300)).toEqual([300]);
  });

  it('has one owner in an epoch: another owner with the same epoch is refused until it has a later one; then the first is refused', async () => {
    const { sink: first } = await open();
    await first.write(batch(1, [800]));
    await expect(open({ holder: 'two' })).rejects.toMatchObject({ name: 'FencedError', epoch: 1 });
    await first.write(batch(2, [801]));
    const { sink: next, checkpoint } = await open({ holder: 'two', epoch: 2 });
    expect(checkpoint?.n).toBe(2);
    await expect(first.write(batch(3, [802]))).rejects.toThrow(FencedError);
    await expect(open()).rejects.toThrow(FencedError);
    await next.write(batch(3, [803], { epoch: 2 }));
    const { checkpoint: reopened } = await open({ holder: 'two', epoch: 2 });
    expect(reopened?.n).toBe(3);
    expect(await ids(800)).toEqual([800, 801, 803]);
  });

  it('lets the same owner open it again, as after an answer that did not arrive', async () => {
    const { sink } = await open();
    await sink.write(batch(1, [400]));
    const { sink: again, checkpoint } = await open();
    expect(checkpoint?.n).toBe(1);
    await again.write(batch(2, [401]));
    expect(await ids(400)).toEqual([400, 401]);
  });

  it('takes a batch for written only where its range was, and refuses another one of the same epoch', async () => {
    const { sink: undrained } = await open();
    const { sink: next } = await open();
    await next.write(batch(1, [450, 451]));
    const longer = { ...batch(1, []).checkpoint, position: { a: 9 } };
    const late = batch(1, [450, 451, 452], { checkpoint: longer });
    await expect(undrained.write(late)).rejects.toThrow(FencedError);
    expect(await ids(450)).toEqual([450, 451]);
  });

  it('names the records that it cannot take, writes none of the batch, and takes the rest of it', async () => {
    const { sink } = await open();
    const good = batch(1, [500, 501, 502, 503, 504, 505]);
    const unfit = (n: number) => ({ fields: bench.unfit(n), partition: 'a', offset: n });
    const records = good.records.toSpliced(2, 0, unfit(1)).toSpliced(5, 0, unfit(2));
    const error = await sink.write({ ...good, records }).then(
      () => null,
      (cause: unknown) => cause,
    );
    expect(error).toBeInstanceOf(RecordsRefusedError);
    const { refused } = error as RecordsRefusedError;
    expect(refused.map(({ at }) => at)).toEqual([2, 5]);
    expect(await ids(500)).toEqual([]);
    await sink.write(good);
    expect(await ids(500)).toEqual([500, 501, 502, 503, 504, 505]);
  });

  it('begins a new generation where it starts, and never goes back to an older one', async () => {
    const { sink } = await open();
    await sink.write(batch(1, [600]));
    const { checkpoint } = await open({ epoch: 2, generation: 2, startsAt: { a: 1 } });
    expect(checkpoint).toEqual({ generation: 2, n: 0, position: { a: 1 }, totals: NO_TOTALS });
    const { checkpoint: kept } = await open({ epoch: 3, generation: 1 });
    expect(kept?.generation).toBe(2);
  });

  it('keeps pipelines and lanes apart', async () => {
    const { sink } = await open();
    const { sink: lane } = await open({ lane: 1 });
    const { sink: other } = await open({ pipelineId: `${pipelineId}-other`, epoch: 9 });
    await lane.write(batch(1, [700], { lane: 1 }));
    await other.write(batch(1, [701], { epoch: 9 }));
    await sink.write(batch(1, [702]));
    expect(await ids(700)).toEqual([700, 701, 702]);
  });

  it('says what is missing where its table or topic is not there', async () => {
    const sink = bench.missing();
    sinks.push(sink);
    await expect(sink.open(claim({ startsAt: {} }))).rejects.toThrow(RunFailedError);
  });
}
