import { afterEach, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { firstValueFrom } from 'rxjs';
import type { JetStreamConnection } from '../connect/connection.ts';
import { specConnection, specName } from '../fixtures/spec-connection.ts';
import { JetStreamClient } from './jetstream-client.ts';
import { requestSubject } from './pattern-subject.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

describeWithServers(['nats'], 'A request', () => {
  it('fails when the connection is lost before its answer, and does not wait forever', async () => {
    const pattern = specName('slow');
    let asked = 0;
    const { nc } = await track(specConnection()).ready();
    nc.subscribe(requestSubject(pattern), { callback: () => void asked++ });
    await nc.flush();

    const way = await breakableWay();
    const connection = track(specConnection(way.url));
    const answer = firstValueFrom(new JetStreamClient({ connection }).send(pattern, {}));
    const failed = expect(answer).rejects.toThrow(UnavailableError);
    await eventually(() => asked === 1);
    way.break();
    await failed;
  });
});

function track(connection: JetStreamConnection): JetStreamConnection {
  ends.push(() => connection.close());
  return connection;
}

/** A way to the server that can be cut. */
async function breakableWay(): Promise<{ url: string; break(): void }> {
  const { hostname, port } = new URL(testServers().natsUrl);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const upstream = connect(Number(port), hostname);
    for (const one of [socket, upstream]) sockets.add(one.on('error', () => undefined));
    socket.on('close', () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = () => sockets.forEach((socket) => socket.destroy());
  ends.push(() => {
    cut();
    server.close();
  });
  return { url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`, break: cut };
}
