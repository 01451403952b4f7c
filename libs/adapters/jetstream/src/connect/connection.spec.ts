import { afterEach, describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { freePort } from '@nestjs-spark/servers/internal';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { MemoryLogger } from '@nestjs-spark/testing';
import { JetStreamConnection } from './connection.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

function connectTo(url: string): { connection: JetStreamConnection; log: MemoryLogger } {
  const log = new MemoryLogger();
  const connection = new JetStreamConnection({ url, name: 'spec', log });
  open.push(connection);
  return { connection, log };
}

/** Answers every connection with `greeting`, or passes it on to `target`. */
async function listen(
  onConnection: (socket: Socket) => void,
  port = 0,
): Promise<{ port: number; server: Server }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  open.push({
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  });
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, server };
}

const info = (version: string) =>
  `INFO {"server_id":"x","version":"${version}","max_payload":1048576,"headers":true}\r\n`;

describe('A connection to NATS', () => {
  it('does not use a server with known security flaws, and says what to do', async () => {
    const { port } = await listen((socket) => {
      socket.write(info('2.9.10'));
      socket.on('data', (data) => void (data.includes('PING') && socket.write('PONG\r\n')));
    });
    const { connection, log } = connectTo(`nats://127.0.0.1:${port}`);
    connection.start();
    await eventually(() => log.said().some((line) => line.includes('Update the server')));
    expect(connection.isConnected).toBe(false);
  });

  it('never shows a password, and says a reason once', async () => {
    const { port } = await listen((socket) => {
      socket.write(info('2.15.1'));
      socket.on('data', () => socket.end("-ERR 'Authorization Violation'\r\n"));
    });
    const { connection, log } = connectTo(`nats://me:canary@127.0.0.1:${port}`);
    const failure = await connection.use(() => Promise.resolve(1)).catch((error: Error) => error);
    expect(failure).toBeInstanceOf(UnavailableError);
    await eventually(() => log.lines.length > 0);
    expect(
      JSON.stringify([log.said(), connection.problem, connection.target, String(failure)]),
    ).not.toContain('canary');
    expect(log.said().filter((line, i) => line === log.said()[i - 1])).toEqual([]);
  });

  it('can be closed while it never reached a server', async () => {
    const { connection } = connectTo('nats://127.0.0.1:9');
    const ready = connection.ready();
    const failed = expect(ready).rejects.toThrow(UnavailableError);
    await connection.close();
    await failed;
    await expect(connection.ready()).rejects.toThrow(UnavailableError);
  });
});

describeWithServers(['nats'], 'A connection to a real server', () => {
  it('connects when NATS starts last, and reconnects after a break', async () => {
    const { hostname, port: natsPort } = new URL(testServers().natsUrl);
    const live = new Set<Socket>();
    const forward = (socket: Socket) => {
      const upstream = connect(Number(natsPort), hostname);
      live.add(socket);
      upstream.on('error', () => undefined);
      socket.on('close', () => upstream.destroy());
      socket.pipe(upstream).pipe(socket);
    };
    const port = await freePort();
    const late = connectTo(`nats://127.0.0.1:${port}`).connection;
    const states: string[] = [];
    late.onStatus((status) => states.push(status));
    const ready = late.ready();
    await expect(late.use(() => Promise.resolve(1))).rejects.toThrow(UnavailableError);
    // Where NATS is, why it is not reached, and what to do.
    const says = new RegExp(
      `^NATS \\(127\\.0\\.0\\.1:${port}\\) cannot be reached \\(.+\\): check that nats-server runs there`,
    );
    expect(late.health()).toEqual({ ready: false, detail: expect.stringMatching(says) });
    await expect(late.use(() => Promise.resolve(1))).rejects.toThrow(says);

    await listen(forward, port);
    expect((await ready).maxPayload).toBeGreaterThan(0);
    for (const socket of live) socket.destroy();
    await eventually(() => states.join() === 'connected,disconnected,connected');
    expect(await late.use(() => Promise.resolve('works'))).toBe('works');
  });

  it('answers what is asked as soon as it says that it is connected', async () => {
    const { connection } = connectTo(testServers().natsUrl);
    const asked = Promise.withResolvers<string>();
    connection.onStatus((status) => {
      if (status === 'connected') asked.resolve(connection.use(() => Promise.resolve('works')));
    });
    connection.start();
    expect(await asked.promise).toBe('works');
  });

  it('takes credentials from the address and does not show them', async () => {
    const url = testServers().natsUrl.replace('nats://', 'nats://any:secret@');
    const { connection, log } = connectTo(url);
    await connection.ready();
    expect(log.said().join()).not.toContain('secret');
  });
});
