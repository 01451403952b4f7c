import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { TaskKey } from '@nestjs-spark/contracts';
import {
  CONTENTS_HEADER,
  routeStream,
  type ContentBundle,
  routeLogs,
  taskPlace,
} from '@nestjs-spark/contracts/internal';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import type { JetStreamConnection } from '../connect/connection.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { deleteStreams, specConnection, specName } from '../fixtures/spec-connection.ts';
import { JetStreamChangeLog } from './change-log.ts';

describeWithServers(['nats'], 'Contents beside the messages of a task', () => {
  let connection: JetStreamConnection;
  let log: JetStreamChangeLog;
  const owner = specName('Fleet');
  const requester = 'HR';
  const task = (): TaskKey => ({ owner, requester, name: specName('t') });

  beforeAll(async () => {
    connection = specConnection();
    log = new JetStreamChangeLog({ connection, log: new MemoryLogger() });
    await log.provision(routeLogs(owner, requester));
  });
  afterAll(async () => {
    await deleteStreams(connection, routeStream(owner, requester));
    await connection.close();
  });

  const message = (bundle: ContentBundle) => ({
    headers: { [CONTENTS_HEADER]: bundle.name },
    payload: new Uint8Array(),
  });

  it('come out as they went in, 20 MiB in parts and an empty one too', async () => {
    const one = log.open(taskPlace(task()));
    const bundle = one.contents(0);
    const big = await bundle.store(parts(20, 1024 ** 2));
    const empty = await bundle.store(parts(0, 0));
    expect(await digestOf(one.openContent(big))).toBe(await digestOf(parts(20, 1024 ** 2)));
    expect(await digestOf(one.openContent(empty))).toBe(await digestOf(parts(0, 0)));
    expect(await one.openContent('never stored')).toBeNull();
  });

  it('stay as long as their message does, and go with it', async () => {
    const one = log.open(taskPlace(task()));
    const stored: string[] = [];
    let sequence = 0;
    for (let i = 0; i < 3; i++) {
      const bundle = one.contents(sequence);
      stored.push(await bundle.store(parts(1, 10)));
      sequence = await one.append(message(bundle), sequence);
    }
    const abandoned = await one.contents(0).store(parts(1, 10));
    await one.trim(sequence);
    const there = await Promise.all([...stored, abandoned].map((name) => one.openContent(name)));
    expect(there.map((content) => content !== null)).toEqual([false, false, true, false]);
  });
});

async function* parts(count: number, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < count; i++) yield new Uint8Array(size).fill(i + 1);
}

async function digestOf(content: AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array> | null>) {
  const hash = createHash('sha256');
  for await (const part of (await content) ?? []) hash.update(part);
  return hash.digest('hex');
}
