import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { UnavailableError, type TaskKey } from '@nestjs-spark/contracts';
import {
  LogConflictError,
  LogFullError,
  type LogMessage,
  routeStream,
  routeLogs,
  taskPlace,
} from '@nestjs-spark/contracts/internal';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { deleteStreams, specConnection, specName } from '../fixtures/spec-connection.ts';
import type { JetStreamConnection } from '../connect/connection.ts';
import { JetStreamChangeLog } from './change-log.ts';

const text = (value: string) => ({
  headers: { note: `about ${value}` },
  payload: new TextEncoder().encode(value),
});
const read = (message: LogMessage | null) => message && new TextDecoder().decode(message.payload);

describeWithServers(['nats'], 'A task log', () => {
  let connection: JetStreamConnection;
  let log: JetStreamChangeLog;
  const owner = specName('Fleet');
  const requester = 'HR';
  const stream = routeStream(owner, requester);
  const limits = { maxMessagesPerTask: 3 };
  const task = (name = specName('t')): TaskKey => ({ owner, requester, name });

  beforeAll(async () => {
    connection = specConnection();
    log = new JetStreamChangeLog({ connection, log: new MemoryLogger(), limits });
    await log.provision(routeLogs(owner, requester));
  });
  afterAll(async () => {
    await deleteStreams(connection, stream);
    await connection.close();
  });

  async function collect(name: TaskKey, from: number, count: number): Promise<LogMessage[]> {
    const stop = new AbortController();
    const found: LogMessage[] = [];
    for await (const message of log.open(taskPlace(name)).read(from, stop.signal)) {
      found.push(message);
      if (found.length === count) stop.abort();
    }
    return found;
  }

  it('gives back what was appended, headers too, in order and for this task alone', async () => {
    const [one, other] = [task(), task()];
    const first = await log.open(taskPlace(one)).append(text('a'), 0);
    await log.open(taskPlace(other)).append(text('not mine'), 0);
    const second = await log.open(taskPlace(one)).append(text('b'), first);
    const messages = await collect(one, 1, 2);
    expect(messages.map((message) => message.sequence)).toEqual([first, second]);
    expect(messages.map(read)).toEqual(['a', 'b']);
    expect(messages[0]?.headers).toEqual({ note: 'about a' });
    expect(read(await log.open(taskPlace(one)).tail())).toBe('b');
  });

  it('has no tail before its first message, and no description without a stream', async () => {
    expect(await log.open(taskPlace(task())).tail()).toBeNull();
    const nowhere = log.open(taskPlace({ owner: specName('No'), requester, name: 'x' }));
    expect(await nowhere.describe()).toBeNull();
    expect(await nowhere.tail()).toBeNull();
    await expect(nowhere.append(text('a'), 0)).rejects.toThrow(UnavailableError);
    await expect(
      nowhere.read(1, new AbortController().signal)[Symbol.asyncIterator]().next(),
    ).rejects.toThrow(UnavailableError);
  });

  it('fences a writer that does not know the last message', async () => {
    const one = task();
    const first = await log.open(taskPlace(one)).append(text('a'), 0);
    await expect(log.open(taskPlace(one)).append(text('late'), 0)).rejects.toThrow(LogConflictError);
    await log.open(taskPlace(one)).append(text('b'), first);
    await expect(log.open(taskPlace(one)).append(text('late'), first)).rejects.toThrow(LogConflictError);
    expect((await collect(one, 1, 2)).map(read)).toEqual(['a', 'b']);
  });

  it('refuses what exceeds its bounds without touching others, and goes on after a trim', async () => {
    const [one, other] = [task(), task()];
    const first = await log.open(taskPlace(one)).append(text('1'), 0);
    const second = await log.open(taskPlace(one)).append(text('2'), first);
    const third = await log.open(taskPlace(one)).append(text('3'), second);
    await expect(log.open(taskPlace(one)).append(text('4'), third)).rejects.toThrow(LogFullError);
    await log.open(taskPlace(other)).append(text('free'), 0);
    await log.open(taskPlace(one)).trim(third);
    const fourth = await log.open(taskPlace(one)).append(text('4'), third);
    const messages = await collect(one, 1, 2);
    expect(messages.map((message) => message.sequence)).toEqual([third, fourth]);
  });

  it('never drops the last message', async () => {
    const one = task();
    const first = await log.open(taskPlace(one)).append(text('1'), 0);
    const second = await log.open(taskPlace(one)).append(text('2'), first);
    await log.open(taskPlace(one)).trim(second + 1_000_000);
    expect((await log.open(taskPlace(one)).tail())?.sequence).toBe(second);
    await log.open(taskPlace(one)).trim(first);
    expect((await log.open(taskPlace(one)).tail())?.sequence).toBe(second);
  });

  it('carries a payload of any size, and deletes it when it is trimmed', async () => {
    const one = task();
    const big = (fill: number) => ({
      headers: { size: 'big' },
      payload: new Uint8Array(2_500_000).fill(fill),
    });
    const first = await log.open(taskPlace(one)).append(big(1), 0);
    const second = await log.open(taskPlace(one)).append(big(2), first);
    await expect(log.open(taskPlace(one)).append(big(9), first)).rejects.toThrow(LogConflictError);
    const messages = await collect(one, 1, 2);
    expect(messages.map(({ payload }) => [payload?.length, payload?.[0], payload?.at(-1)])).toEqual([
      [2_500_000, 1, 1],
      [2_500_000, 2, 2],
    ]);
    expect(messages[1]?.headers).toEqual({ size: 'big' });
    expect((await log.open(taskPlace(one)).tail())?.payload?.at(-1)).toBe(2);

    await log.open(taskPlace(one)).trim(second);
    expect((await collect(one, 1, 1))[0]?.payload?.[0]).toBe(2);
    const third = await log.open(taskPlace(one)).append(text('small'), second);
    await log.open(taskPlace(one)).trim(third);
    const { state } = await connection.use(({ jsm }) => jsm.streams.info(`OBJ_${stream}`));
    expect(state.messages).toBe(0);
  });

  it('carries a payload just around the limit of a message', async () => {
    const one = task();
    const { maxPayload } = await connection.ready();
    let last = 0;
    for (const less of [0, 400, 700]) {
      const payload = new Uint8Array(maxPayload - less).fill(7);
      last = await log.open(taskPlace(one)).append({ headers: { a: 'b' }, payload }, last);
      expect((await log.open(taskPlace(one)).tail())?.payload?.length).toBe(payload.length);
    }
  });

  it('goes on reading with what comes, from the sequence asked for', async () => {
    const one = task();
    const first = await log.open(taskPlace(one)).append(text('old'), 0);
    const reading = collect(one, first + 1, 2);
    const second = await log.open(taskPlace(one)).append(text('x'), first);
    await log.open(taskPlace(one)).append(text('y'), second);
    expect((await reading).map(read)).toEqual(['x', 'y']);
  });

  it('ends a reading that waits at once when it is aborted', async () => {
    const stop = new AbortController();
    const reading = (async () => {
      for await (const message of log.open(taskPlace(task())).read(1, stop.signal))
        throw new Error(`came ${message.sequence}`);
    })();
    await eventually(
      async () => (await connection.use(({ jsm }) => jsm.streams.info(stream))).state.consumer_count > 0,
    );
    stop.abort();
    await reading;
    await eventually(
      async () => (await connection.use(({ jsm }) => jsm.streams.info(stream))).state.consumer_count === 0,
    );
  });

  it('ends a reading that is aborted while it is being opened', async () => {
    const stop = new AbortController();
    const next = log.open(taskPlace(task())).read(1, stop.signal)[Symbol.asyncIterator]().next();
    stop.abort();
    expect(await next).toEqual({ done: true, value: undefined });
  });

  it('ends a reading with an error when the stream is deleted and recreated', async () => {
    const elsewhere: TaskKey = { owner: specName('Gone'), requester, name: 'cars' };
    await log.provision(routeLogs(elsewhere.owner, requester));
    const before = await log.open(taskPlace(elsewhere)).describe();
    await log.open(taskPlace(elsewhere)).append({ headers: {}, payload: new Uint8Array(2_000_000) }, 0);
    const failed = (async () => {
      for await (const message of log.open(taskPlace(elsewhere)).read(2, new AbortController().signal))
        return message;
      return null;
    })();
    const route = routeStream(elsewhere.owner, requester);
    await eventually(
      async () => (await connection.use(({ jsm }) => jsm.streams.info(route))).state.consumer_count > 0,
    );
    await connection.use(({ jsm }) => jsm.streams.delete(route));
    await expect(failed).rejects.toThrow(UnavailableError);

    expect(await log.open(taskPlace(elsewhere)).describe()).toBeNull();
    await log.provision(routeLogs(elsewhere.owner, requester));
    const after = await log.open(taskPlace(elsewhere)).describe();
    expect(after?.lastSequence).toBe(0);
    expect(after?.created).not.toBe(before?.created);
    await expect(connection.use(({ jsm }) => jsm.streams.info(`OBJ_${route}`))).rejects.toThrow(
      'stream not found',
    );
    await deleteStreams(connection, route);
  });
});
