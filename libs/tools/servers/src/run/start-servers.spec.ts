import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { put, scratch } from '../fixtures/scratch.ts';
import { describeWithOwnServers, eventually } from '../../testing/index.ts';
import { join } from 'node:path';
import { kafkaProbe, natsProbe, postgresProbe, type Probe } from './ready.ts';
import type { ServerHandle } from './server-handle.ts';
import { startKafka, startNats, startPostgres, startRavenDb, startServers } from './start-servers.ts';

const own = { temporary: true, fetch: false, log: () => undefined };

describeWithOwnServers(['ravendb'], 'a RavenDB of our own', () => {
  let server: ServerHandle;
  beforeAll(async () => {
    server = await startRavenDb(own);
  });
  afterAll(() => server.stop());

  it('keeps its address and its data over kill -9 and a restart', async () => {
    const database = { DatabaseName: 'kept', Settings: {}, Topology: null };
    const made = await fetch(`${server.url}/admin/databases?name=kept&replicationFactor=1`, {
      method: 'PUT',
      body: JSON.stringify(database),
    });
    expect(made.status).toBe(201);
    const stored = await fetch(`${server.url}/databases/kept/docs?id=cars/1`, {
      method: 'PUT',
      body: '{"A":1}',
    });
    expect(stored.status).toBe(201);
    const { url, pid } = server;

    await server.kill9();
    await expect(fetch(`${url}/build/version`)).rejects.toThrow();
    await server.restart();

    expect(server.url).toBe(url);
    expect(server.pid).not.toBe(pid);
    const car = await eventually(async () => {
      const answer = await fetch(`${url}/databases/kept/docs?id=cars/1`);
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      return (await answer.json()) as { Results: { A: number }[] };
    });
    expect(car.Results[0]?.A).toBe(1);
  });

  it('tells the end of its log when it cannot start', async () => {
    const start = startRavenDb({ ...own, args: ['--Setup.Mode=Nonsense'] });
    await expect(start).rejects.toThrow(/ravendb .* ended with .*The end of its log[^]*Nonsense/);
  });
});

describeWithOwnServers(['nats'], 'a NATS server of our own', () => {
  it('is gone after a stop, with its temporary data', async () => {
    const server = await startNats(own);
    expect(existsSync(server.dataDir)).toBe(true);
    await server.stop();
    await server.stop();
    expect(existsSync(server.dataDir)).toBe(false);
    await expect(natsProbe(Number(new URL(server.url).port))).resolves.toContain('does not answer');
  });

  it('keeps its data over a halt', async () => {
    const server = await startNats(own);
    await server.halt();
    expect([server.pid, existsSync(server.dataDir)]).toEqual([undefined, true]);
    await server.restart();
    expect(server.pid).toBeGreaterThan(0);
    await server.stop();
    expect(existsSync(server.dataDir)).toBe(false);
  });

  it('says nothing while it is frozen and answers again after', async () => {
    const server = await startNats(own);
    const port = Number(new URL(server.url).port);
    server.sigstop();
    await eventually(() => isFrozen(server.pid));
    let greeted = false;
    const socket = connect({ port, host: '127.0.0.1' }).on('data', () => (greeted = true));
    await eventually(() => socket.readyState === 'open');
    expect(greeted).toBe(false);
    server.sigcont();
    await eventually(() => greeted);
    socket.destroy();
    await server.stop();
  });

  it('refuses a data folder that a living process uses', async () => {
    const options = { fetch: false, log: () => undefined, dataDir: scratch() };
    const server = await startNats(options);
    await expect(startNats(options)).rejects.toThrow(`is in use by process ${process.pid}`);
    await server.stop();
    await (await startNats(options)).stop();
  });

  it('that is an address in the environment is used as it is and not stopped', async () => {
    const server = await startNats(own);
    const env = { ...process.env, NATS_URL: server.url };
    const found = await startServers({ ...own, env, ravendb: false });
    expect(found.nats).toEqual({ url: server.url, way: 'NATS_URL', handle: undefined });
    await found.stop();
    await expect(natsProbe(Number(new URL(server.url).port))).resolves.toBeUndefined();
    await server.stop();
  });
});

describeWithOwnServers(['kafka'], 'a Kafka broker of our own', () => {
  it('answers on its address again after kill -9 and a restart, and is gone after a stop', async () => {
    await keepsItsAddress(await startKafka(own), kafkaProbe);
  });
});

describeWithOwnServers(['postgres'], 'a PostgreSQL of our own', () => {
  it('answers on its address again after kill -9 and a restart, and is gone after a stop', async () => {
    await keepsItsAddress(await startPostgres(own), postgresProbe);
  });

  it('tells the end of its log when it cannot start', async () => {
    const start = startPostgres({ ...own, args: ['-c', 'no_such_setting=1'] });
    await expect(start).rejects.toThrow(/The end of its log[^]*no_such_setting/);
  });
});

async function keepsItsAddress(server: ServerHandle, probe: Probe): Promise<void> {
  const { url, pid } = server;
  const port = Number(new URL(url).port);
  await server.kill9();
  await expect(probe(port)).resolves.toContain('does not answer');
  await server.restart();
  expect(server.url).toBe(url);
  expect(server.pid).not.toBe(pid);
  await expect(probe(port)).resolves.toBeUndefined();
  await server.stop();
  expect(existsSync(server.dataDir)).toBe(false);
  await expect(probe(port)).resolves.toContain('does not answer');
}

describeWithOwnServers([], 'a server that does not start', () => {
  it('is reported as missing with the end of its log', async () => {
    const bin = scratch();
    const script =
      '#!/bin/sh\nif [ "$1" = --version ]; then echo v2.15.1; else echo no space left; exit 3; fi\n';
    put(join(bin, 'nats-server'), script, 0o755);
    const env = { PATH: `${bin}:${process.env['PATH']}` };
    const { nats, missing } = await startServers({ ...own, env, ravendb: false });
    expect(nats).toBeUndefined();
    expect(missing).toEqual([
      expect.objectContaining({
        server: 'nats',
        reason: expect.stringMatching(/ended with 3[^]*no space left/),
      }),
    ]);
  });
});

/** A signal takes its time, thread by thread. */
function isFrozen(pid: number | undefined): boolean {
  if (process.platform !== 'linux') return true;
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.every((thread) => readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').includes(') T '));
}
