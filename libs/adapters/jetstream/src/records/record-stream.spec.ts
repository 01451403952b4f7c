import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import type { JetStreamConnection } from '../connect/connection.ts';
import { deleteStreams, specConnection, specName } from '../fixtures/spec-connection.ts';
import { RecordStream } from './record-stream.ts';

describeWithServers(['nats'], 'A stream of records', () => {
  const stream = specName('RECORDS');
  const values = specName('VALUES');
  let connection: JetStreamConnection;
  let records: RecordStream;

  beforeAll(() => {
    connection = specConnection();
    const root = stream.toLowerCase();
    const place = { stream, root, values };
    records = new RecordStream({ ...place, connection, description: 'spec', valuesTtlMs: 60_000 });
  });
  afterAll(async () => {
    await deleteStreams(connection, stream);
    await connection.close();
  });

  const write = (id: string) => {
    return records.write({ id, part: 'made', payload: new TextEncoder().encode(id) }, { after: 0 });
  };

  it('has nothing where the last records have been removed, nor of a record that never was', async () => {
    const [first, ...others] = [await write('a'), await write('b'), await write('c')];
    for (const sequence of others)
      await connection.use(({ jsm }) => jsm.streams.deleteMessage(stream, sequence, false));
    const { last } = await records.bounds();
    expect(last).toBe(others.at(-1));
    expect(await records.range(first + 1, last)).toEqual([]);
    expect((await records.range(1, last)).map(({ id }) => id)).toEqual(['a']);
    expect(await records.history('b', 10)).toEqual([]);
    expect(await records.history('never', 10)).toEqual([]);
  });
});
