import { isObjectOf, isWhole, type Guard } from '@nestjs-spark/foundation/internal';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startNats, type ServerHandle } from '@nestjs-spark/servers';
import { describeWithOwnServers, describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { cp, rename, rm } from 'node:fs/promises';
import { CONTROL_STREAM } from '@nestjs-spark/contracts/internal';
import type { JetStreamConnection } from '../connect/connection.ts';
import { specConnection, specName } from '../fixtures/spec-connection.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { JetStreamControlBoard } from './control-board.ts';

interface Note {
  n: number;
}

const isNote: Guard<Note> = isObjectOf({ n: isWhole });

describeWithServers(['nats'], 'The control board', () => {
  let connection: JetStreamConnection;
  let board: JetStreamControlBoard;
  const mine = `spark.control.spec.${specName('c')}`;

  beforeAll(() => {
    connection = specConnection();
    board = new JetStreamControlBoard(connection, new MemoryLogger());
  });
  afterAll(async () => {
    await connection.use(({ jsm }) => jsm.streams.purge(CONTROL_STREAM, { filter: `${mine}.>` }));
    await connection.close();
  });

  it('keeps the last value of each subject', async () => {
    expect(await board.last(`${mine}.a`, isNote)).toBeNull();
    await board.publish<Note>(`${mine}.a`, { n: 1 });
    await board.publish<Note>(`${mine}.a`, { n: 2 });
    expect(await board.last(`${mine}.a`, isNote)).toEqual({ n: 2 });
  });

  it('goes on after what is not JSON, and says so once', async () => {
    const log = new MemoryLogger();
    const odd = new JetStreamControlBoard(connection, log);
    const subject = `${mine}.odd`;
    for (const bytes of ['{', 'null', '{']) await connection.use(({ js }) => js.publish(subject, bytes));
    expect(await odd.last(subject, isNote)).toBeNull();
    expect(await odd.last(subject, isNote)).toBeNull();
    expect(log.said('warn')).toHaveLength(1);
  });

  it('shows a watcher the last values, then each new one, even after a broken connection, and none twice', async () => {
    const watcher = specConnection();
    const stop = new AbortController();
    await board.publish<Note>(`${mine}.w.a`, { n: 1 });
    await board.publish<Note>(`${mine}.w.a`, { n: 2 });
    await board.publish<Note>(`${mine}.w.b`, { n: 3 });
    const seen: string[] = [];
    const watching = (async () => {
      const values = new JetStreamControlBoard(watcher, new MemoryLogger()).watch(
        `${mine}.w.>`,
        isNote,
        stop.signal,
      );
      for await (const { subject, value } of values) seen.push(`${subject.slice(mine.length + 3)}${value.n}`);
    })();
    await eventually(() => seen.join() === 'a2,b3');
    await board.publish<Note>(`${mine}.w.a`, { n: 4 });
    await eventually(() => seen.join() === 'a2,b3,a4');

    const { nc } = await watcher.ready();
    await nc.reconnect();
    await board.publish<Note>(`${mine}.w.b`, { n: 5 });
    await eventually(() => seen.join() === 'a2,b3,a4,b5');
    stop.abort();
    await watching;
    await watcher.close();
  });
});

describeWithOwnServers(['nats'], 'The control board of a restored server', () => {
  let server: ServerHandle;
  let connection: JetStreamConnection;
  let board: JetStreamControlBoard;

  beforeAll(async () => {
    server = await startNats({ temporary: true });
    connection = specConnection(server.url);
    board = new JetStreamControlBoard(connection, new MemoryLogger());
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  const whileAway = async (work: () => Promise<void>): Promise<void> => {
    await server.kill9();
    await work();
    await server.restart();
    await connection.ready();
  };

  it('is followed on, although its messages are numbered again as those that it has lost', async () => {
    const subject = 'spark.control.spec.restored';
    const stop = new AbortController();
    const seen: number[] = [];
    const watching = (async () => {
      for await (const { value } of board.watch(subject, isNote, stop.signal)) seen.push(value.n);
    })();
    await board.publish<Note>(subject, { n: 1 });
    const copy = `${server.dataDir}-backup`;
    await whileAway(() => cp(server.dataDir, copy, { recursive: true }));
    for (const n of [2, 3, 4, 5]) await board.publish<Note>(subject, { n });
    await eventually(() => seen.at(-1) === 5);
    await whileAway(async () => {
      await rm(server.dataDir, { recursive: true });
      await rename(copy, server.dataDir);
    });
    // Once: each further message would bring the numbers nearer to those before.
    const isSent = (): Promise<boolean> =>
      board.publish<Note>(subject, { n: 6 }).then(
        () => true,
        () => false,
      );
    await eventually(isSent);
    await eventually(() => seen.at(-1) === 6);
    stop.abort();
    await watching;
  });
});
