import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import type { JetStreamConnection } from '../connect/connection.ts';
import { deleteStreams, specConnection, specName } from '../fixtures/spec-connection.ts';
import { ensureStream, StreamMismatchError } from './ensure-stream.ts';
import { COMMANDS, CONTROL, DEAD_LETTERS, logSettings } from './streams.ts';
import { routeLogs } from '@nestjs-spark/contracts/internal';

describeWithServers(['nats'], 'Provisioning a stream', () => {
  let connection: JetStreamConnection;
  const owner = specName('O');
  const made: string[] = [];

  beforeAll(() => {
    connection = specConnection();
  });
  afterAll(async () => {
    await deleteStreams(connection, ...made);
    await connection.close();
  });

  it('does nothing the second time, for every stream that Spark has', async () => {
    const route = logSettings(routeLogs(owner, 'HR'));
    const all = [route, COMMANDS, DEAD_LETTERS, CONTROL];
    const mine = all.map((one, i) => ({
      ...one,
      name: `${owner}_${i}`,
      subjects: one.subjects.map((subjects) => `${owner}.${subjects}`),
    }));
    made.push(...mine.map(({ name }) => name));
    for (const settings of mine) expect(await ensureStream(connection, settings)).toBe('created');
    for (const settings of mine) expect(await ensureStream(connection, settings)).toBe('unchanged');
  });

  it('makes one stream when many ask at once', async () => {
    const settings = logSettings(routeLogs(owner, 'Many'));
    made.push(settings.name);
    const results = await Promise.all(Array.from({ length: 8 }, () => ensureStream(connection, settings)));
    expect(results).not.toContain('updated');
  });

  it('brings an older stream to its settings and leaves the operator’s as they are', async () => {
    const settings = logSettings(routeLogs(owner, 'Old'), { maxMessagesPerTask: 5 });
    made.push(settings.name);
    await ensureStream(connection, settings);
    await connection.use(({ jsm }) => jsm.streams.update(settings.name, { duplicate_window: 5_000_000_000 }));
    expect(await ensureStream(connection, logSettings(routeLogs(owner, 'Old')))).toBe('updated');
    const { config } = await connection.use(({ jsm }) => jsm.streams.info(settings.name));
    expect(config).toMatchObject({ max_msgs_per_subject: 1024, duplicate_window: 5_000_000_000 });
  });

  it('removes limits of a stream that an administrator has made, which would delete what it has to keep', async () => {
    const all = [
      logSettings(routeLogs(owner, 'Admin')),
      { ...CONTROL, name: `${owner}_C`, subjects: [`${owner}.c.>`] },
    ];
    made.push(...all.map(({ name }) => name));
    for (const settings of all) {
      const { name, subjects } = settings;
      const limits = { max_age: 3_600_000_000_000, max_msgs: 10 };
      await connection.use(({ jsm }) => jsm.streams.add({ name, subjects, ...limits }));
      expect(await ensureStream(connection, settings)).toBe('updated');
      const { config } = await connection.use(({ jsm }) => jsm.streams.info(name));
      expect(config).toMatchObject({ max_age: 0, max_msgs: -1 });
      expect(await ensureStream(connection, settings)).toBe('unchanged');
    }
  });

  it('refuses the second of two routes that join to one name, and says which names', async () => {
    const first = logSettings(routeLogs(`${owner}_X`, 'Y'));
    made.push(first.name);
    await ensureStream(connection, first);
    const second = ensureStream(connection, logSettings(routeLogs(owner, 'X_Y')));
    await expect(second).rejects.toThrow(StreamMismatchError);
    await expect(second).rejects.toThrow(`spark.route.${owner.toLowerCase()}.x_y.>`);
  });
});
