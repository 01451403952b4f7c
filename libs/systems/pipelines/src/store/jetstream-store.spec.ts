import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { eventOf, KEY, storesPipelines } from '../fixtures/store.conformance.ts';
import { PipelinesProjection } from '../project/projection.ts';
import { FencedError } from '../connect/ports.ts';
import { JetStreamBoard } from './jetstream-board.ts';
import { openJetStreamStore } from './jetstream-store.ts';

describeWithServers(['nats'], 'in JetStream', () => {
  const prefixes: string[] = [];
  let connection: JetStreamConnection;
  beforeAll(() => {
    connection = new JetStreamConnection({
      url: testServers().natsUrl,
      name: 'spec',
      log: new MemoryLogger(),
    });
  });
  afterAll(async () => {
    await connection.use(async ({ jsm }) => {
      for (const prefix of prefixes)
        for (const name of ['EVENTS', 'BATCHES', 'STATUS', 'DEAD_LETTERS'])
          await jsm.streams.delete(`${prefix}_${name}`).catch(() => false);
    });
    await connection.close();
  });

  const place = () => {
    const id = randomBytes(5).toString('hex');
    prefixes.push(`SPEC_${id}`);
    return { stream: `SPEC_${id}`, root: `spec-${id}` };
  };
  storesPipelines(async () => openJetStreamStore(connection, place()));

  it('is read past a message that is not an event, and nobody waits for it', async () => {
    const { stream, root } = place();
    const { journal, close } = openJetStreamStore(connection, { stream, root });
    await journal.load(KEY);
    await connection.use(({ js }) => js.publish(`${root}.events.junk`, 'no event'));
    const projection = new PipelinesProjection(journal, new MemoryLogger());
    projection.start();
    await eventually(async () => projection.position === (await journal.last()));
    await projection.rebuild();
    projection.close();
    await close();
  });

  it('that was lost and created again is followed from its beginning, and what was in the lost one is gone', async () => {
    const where = place();
    const { journal, close } = openJetStreamStore(connection, where);
    const other = { ...KEY, pipelineId: 'other' };
    const log = new MemoryLogger();
    const projection = new PipelinesProjection(journal, log);
    const changed: string[] = [];
    projection.listen(({ pipelineId }) => changed.push(pipelineId));
    await journal.append(KEY, [eventOf(KEY, 'one'), eventOf(KEY, 'one', 'PipelineStopped')], 0);
    projection.start();
    await eventually(() => projection.get(KEY) !== null && projection.position === 2);
    await connection.use(({ jsm }) => jsm.streams.delete(`${where.stream}_EVENTS`));
    await eventually(() => projection.get(KEY) === null);
    expect(log.said('warn').join()).toContain(`Pipelines known so far: ${KEY.pipelineId}`);
    await journal.append(other, [eventOf(other, 'one')], 0);
    await eventually(() => projection.get(other) !== null);
    expect(projection.position).toBe(await journal.last());
    expect(changed.slice(-2)).toEqual([KEY.pipelineId, 'other']);
    projection.close();
    await close();
  });

  it('appends events and batches past messages of strangers, but refuses those of an earlier writer', async () => {
    const where = place();
    const store = openJetStreamStore(connection, where);
    const subjectOf = (log: string) => `${where.root}.${log}.${KEY.tenant}.${KEY.pipelineId}`;
    const forge = async (subject: string, real: object) => {
      for (const text of [
        'no event',
        '{}',
        JSON.stringify({ ...real, type: 'Exploded', state: { epoch: '1' } }),
      ])
        await connection.use(({ js }) => js.publish(subject, text));
    };
    const [started, stopped] = [eventOf(KEY, 'one'), eventOf(KEY, 'one', 'PipelineStopped')];
    const first = await store.journal.append(KEY, [started], 0);
    await forge(subjectOf('events'), { ...started, data: {} });
    const second = await store.journal.append(KEY, [stopped], first);
    expect((await store.journal.load(KEY)).map(({ event }) => event.type)).toEqual([
      'PipelineStarted',
      'PipelineStopped',
    ]);
    await forge(subjectOf('events'), started);
    await expect(store.journal.append(KEY, [started], first)).rejects.toThrow(FencedError);
    await store.journal.append(KEY, [started, stopped], second);

    const lane = { generation: 1, epoch: 1, startsAt: { p: 7 }, planned: null, processed: null };
    const kept = await store.lanes.write(KEY, 0, lane, await store.lanes.read(KEY, 0));
    await forge(`${subjectOf('batches')}.0`, lane);
    const read = await store.lanes.read(KEY, 0);
    expect(read.state).toEqual(lane);
    await store.lanes.write(KEY, 0, { ...lane, epoch: 2 }, read);
    await expect(store.lanes.write(KEY, 0, lane, kept)).rejects.toThrow(FencedError);
    expect((await store.lanes.read(KEY, 0)).state?.epoch).toBe(2);
    await store.close();
  });

  it('has every status of the next owner, also where a pipeline was owned before', async () => {
    const where = place();
    const [first, next] = [1, 2].map(
      () => new JetStreamBoard<{ epoch: number; lag: number }>(connection, new MemoryLogger(), where),
    ) as [JetStreamBoard<{ epoch: number; lag: number }>, JetStreamBoard<{ epoch: number; lag: number }>];
    first.put(KEY, { epoch: 1, lag: 9 });
    await eventually(() => expect(next.get(KEY)).toEqual({ epoch: 1, lag: 9 }));
    for (const lag of [5, 3, 0]) {
      next.put(KEY, { epoch: 2, lag });
      await eventually(() => expect(first.get(KEY)).toEqual({ epoch: 2, lag }));
    }
    await Promise.all([first.close(), next.close()]);
  });

  it('tells nobody of a status that has not changed', async () => {
    const board = new JetStreamBoard<{ epoch: number; lag: number }>(connection, new MemoryLogger(), place());
    const told: number[] = [];
    board.listen((_, { lag }) => told.push(lag));
    for (const lag of [5, 5, 0, 0, 5]) board.put(KEY, { epoch: 1, lag });
    expect(told).toEqual([5, 0, 5]);
    await board.close();
  });
});
