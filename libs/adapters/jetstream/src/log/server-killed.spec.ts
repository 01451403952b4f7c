import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { LogConflictError, type TaskLog, routeLogs, taskPlace } from '@nestjs-spark/contracts/internal';
import { type ServerHandle, startNats } from '@nestjs-spark/servers';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import type { JetStreamConnection } from '../connect/connection.ts';
import { specConnection } from '../fixtures/spec-connection.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { COMMANDS } from '../provision/streams.ts';
import { DurableConsumer } from '../retry/durable-consumer.ts';
import { ensureStream } from '../provision/ensure-stream.ts';
import { JetStreamChangeLog } from './change-log.ts';

const KILLS = 4;
const task = { owner: 'Fleet', requester: 'HR', name: 'cars' };

describeWithOwnServers(['nats'], 'A killed server', () => {
  let server: ServerHandle;
  let connection: JetStreamConnection;

  beforeAll(async () => {
    server = await startNats({ temporary: true });
    connection = specConnection(server.url);
  });
  afterAll(async () => {
    await connection.close();
    await server.stop();
  });

  /** Appends as the capture does: after any error the tail says where to go on. */
  async function append(
    log: TaskLog,
    acknowledged: Map<number, number>,
    until: () => boolean,
  ): Promise<void> {
    let position: { sequence: number; number: number } | null = null;
    while (!until()) {
      try {
        if (!position) {
          const tail = await log.tail();
          position = { sequence: tail?.sequence ?? 0, number: Number(tail?.headers['number'] ?? 0) };
        }
        const number: number = position.number + 1;
        const message = { headers: { number: String(number) }, payload: new Uint8Array(2_000) };
        const sequence = await log.append(message, position.sequence);
        acknowledged.set(number, sequence);
        position = { sequence, number };
      } catch (error) {
        if (!(error instanceof UnavailableError || error instanceof LogConflictError)) throw error;
        position = null;
      }
    }
  }

  it('loses nothing that was acknowledged, leaves no hole, and a reader that begins again sees all of it', async () => {
    const changes = new JetStreamChangeLog({
      connection,
      log: new MemoryLogger(),
      limits: { maxMessagesPerTask: 1e6 },
    });
    await changes.provision(routeLogs(task.owner, task.requester));
    const log = changes.open(taskPlace(task));
    const acknowledged = new Map<number, number>();
    let over = false;
    const appending = append(log, acknowledged, () => over);

    const seen: number[] = [];
    const stop = new AbortController();
    const reading = (async () => {
      let from = 1;
      while (!stop.signal.aborted) {
        try {
          for await (const { sequence, headers } of log.read(from, stop.signal)) {
            seen.push(Number(headers['number']));
            from = sequence + 1;
          }
        } catch (error) {
          if (!(error instanceof UnavailableError)) throw error;
        }
      }
    })();

    const reach = async (count: number) => {
      while (acknowledged.size < count) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    for (let kill = 1; kill <= KILLS; kill++) {
      await reach(kill * 200);
      await server.kill9();
      await server.restart();
    }
    await reach((KILLS + 1) * 200);
    over = true;
    await appending;
    const last = Math.max(...acknowledged.keys());
    while ((seen.at(-1) ?? 0) < last) await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    await reading;
    expect(seen.slice(0, last)).toEqual(Array.from({ length: last }, (_, i) => i + 1));
    expect(acknowledged.size).toBeGreaterThanOrEqual((KILLS + 1) * 200);
  });

  it('keeps durable messages, which are handled when it is back', async () => {
    const stream = { ...COMMANDS, name: 'KILLED', subjects: ['killed.>'] };
    await ensureStream(connection, stream);
    const seen = new Set<string>();
    const consumer = new DurableConsumer({
      connection,
      log: new MemoryLogger(),
      module: 'Spec',
      name: 'killed',
      stream,
      subjects: 'killed.*',
      handler: async ({ subject }) => void seen.add(subject),
      ackWaitMs: 2e3,
    });
    await connection.use(({ js }) => js.publish('killed.a', 'x'));
    await server.kill9();
    consumer.start();
    await server.restart();
    await connection.ready();
    await connection.use(({ js }) => js.publish('killed.b', 'x'));
    while (seen.size < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await consumer.stop();
    expect([...seen].toSorted()).toEqual(['killed.a', 'killed.b']);
  });
});
