import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  appliedSubject,
  confirmationSubject,
  deployCommandSubject,
  routeLogs,
  sourceSubject,
  taskPlace,
} from '@nestjs-spark/contracts/internal';
import {
  type BusGrants,
  createUserKey,
  DurableConsumer,
  JetStreamAuditLog,
  JetStreamConnection,
  JetStreamControlBoard,
  JetStreamChangeLog,
  JetStreamLeaseKeeper,
  JetStreamModuleRegistry,
  JetStreamRefusedError,
  leaseProbe,
  provisionBus,
  COMMANDS,
} from '@nestjs-spark/jetstream/internal';
import { type ServerHandle, startNats } from '@nestjs-spark/servers';
import { describeWithOwnServers, eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replicationGrants } from './bus-grants.ts';

const ROUTES = [{ owner: 'Fleet', requester: 'HR' }];
const TASK = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
/** `Mute` lacks the right to acknowledge. */
const USERS = ['Fleet', 'HR', 'Sales', 'Mute', 'administrator'] as const;
type User = (typeof USERS)[number];

function userOf(publicKey: string, grants: BusGrants | null): string {
  const allow = (subjects: readonly string[]) => `{ allow: ${JSON.stringify(subjects)} }`;
  const rights = grants
    ? `, permissions: { publish: ${allow(grants.publish)}, subscribe: ${allow(grants.subscribe)} }`
    : '';
  return `{ nkey: ${publicKey}${rights} }`;
}

function grantsOf(name: User): BusGrants {
  const { publish, subscribe } = replicationGrants(name, ROUTES);
  const isLeftOut = (subject: string) => name === 'Mute' && subject.startsWith('$JS.ACK.');
  return { publish: publish.filter((subject) => !isLeftOut(subject)), subscribe };
}

describeWithOwnServers(['nats'], 'What a module is permitted on NATS', () => {
  const seeds = new Map<User, string>();
  const connections = new Map<User, JetStreamConnection>();
  let folder: string;
  let nats: ServerHandle;

  const connectionOf = (user: User): JetStreamConnection => {
    const known = connections.get(user);
    if (known) return known;
    const connection = new JetStreamConnection({
      url: nats.url,
      name: user,
      security: () => ({ nkeySeed: seeds.get(user) ?? '' }),
      probe: leaseProbe(user),
      log: new MemoryLogger(),
    });
    connections.set(user, connection);
    return connection;
  };
  const publish = (user: User, subject: string) =>
    connectionOf(user).use(({ js }) => js.publish(subject, '{}', { timeout: 5_000 }));
  const request = (user: User, subject: string, body = '{}') =>
    connectionOf(user).use(({ nc }) => nc.request(subject, body, { timeout: 5_000 }));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-grants-'));
    const users = USERS.map((name) => {
      const { seed, publicKey } = createUserKey();
      seeds.set(name, seed);
      return userOf(publicKey, name === 'administrator' ? null : grantsOf(name));
    });
    const file = join(folder, 'nats.conf');
    await writeFile(file, `accounts { SPARK { jetstream: enabled, users: [${users.join(', ')}] } }`);
    nats = await startNats({ temporary: true, log: () => undefined, args: [`--config=${file}`] });
    const route = routeLogs('Fleet', 'HR');
    await provisionBus(connectionOf('administrator'), [route], { maxBytes: 16 * 1024 ** 2 });
    await publish('administrator', taskPlace(TASK).subject);
    await Promise.all(USERS.map((user) => connectionOf(user).ready()));
  });
  afterAll(async () => {
    for (const connection of connections.values()) await connection.close();
    await nats?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it.each<[string, User, string]>([
    ['a requester writes into a route that it reads', 'HR', taskPlace(TASK).subject],
    ['a stranger writes into a route', 'Sales', taskPlace(TASK).subject],
    ['a stranger confirms what another module applied', 'Sales', confirmationSubject(TASK)],
    ['an owner confirms in the name of its requester', 'Fleet', confirmationSubject(TASK)],
    ['a requester says how far the owner is', 'HR', sourceSubject('Fleet', 'HR')],
    ['an owner says what its requester has applied', 'Fleet', appliedSubject(TASK)],
    ['a module sends a deployment command of another', 'Sales', deployCommandSubject('HR', 'Fleet')],
    ['a module registers another', 'Sales', '$KV.SPARK_MODULES.hr'],
    ['a module changes the settings of another', 'Sales', '$KV.SPARK_SETTINGS.hr'],
    ['a module takes a lease of another', 'Sales', '$KV.SPARK_LEASES.hr.apply=2e=fleet'],
    ['a module writes a dead letter of another', 'Sales', 'spark.dead-letters.hr.hr-deploy-etl.1-a'],
    ['a module writes into the audit trail of another', 'Sales', 'spark.audit.hr'],
  ])('does not include that %s', async (_what, user, subject) => {
    await expect(publish(user, subject)).rejects.toThrow(JetStreamRefusedError);
    await expect(publish(user, subject)).rejects.toThrow(`publish to ${subject}`);
  });

  it.each<[string, User, string]>([
    ['a stranger reads a route', 'Sales', '$JS.API.STREAM.MSG.GET.SPARK_ROUTE_FLEET_HR'],
    [
      'a stranger reads the contents of attachments',
      'Sales',
      '$JS.API.STREAM.MSG.GET.OBJ_SPARK_ROUTE_FLEET_HR',
    ],
    ['a requester trims a route', 'HR', '$JS.API.STREAM.PURGE.SPARK_ROUTE_FLEET_HR'],
    ['an owner deletes a route', 'Fleet', '$JS.API.STREAM.DELETE.SPARK_ROUTE_FLEET_HR'],
    // Through a stream of its own a module could read every other one.
    ['a module makes a stream', 'Fleet', '$JS.API.STREAM.CREATE.SPARK_ROUTE_FLEET_SALES'],
    ['a module changes a stream', 'Fleet', '$JS.API.STREAM.UPDATE.SPARK_ROUTE_FLEET_HR'],
    [
      'a module takes the commands of another',
      'Sales',
      '$JS.API.CONSUMER.MSG.NEXT.SPARK_COMMANDS.hr-deploy-etl',
    ],
    ['a module removes commands', 'HR', '$JS.API.STREAM.PURGE.SPARK_COMMANDS'],
    ['a module empties the control board', 'HR', '$JS.API.STREAM.PURGE.SPARK_CONTROL'],
    ['a module empties its audit trail', 'HR', '$JS.API.STREAM.PURGE.SPARK_AUDIT'],
    ['a module removes an entry of it', 'HR', '$JS.API.STREAM.MSG.DELETE.SPARK_AUDIT'],
  ])('does not include that %s', async (_what, user, subject) => {
    await expect(request(user, subject)).rejects.toThrow(`publish to ${subject}`);
  });

  it('does not include the answers to other modules', async () => {
    const { nc } = await connectionOf('Sales').ready();
    const refused = new Promise<unknown>((resolve) => {
      nc.subscribe('_INBOX.hr.>', { callback: (error) => resolve(error) });
    });
    expect(String(await refused)).toMatch(/_INBOX\.hr/);
  });

  it('includes everything that an owner does with a route', async () => {
    const connection = connectionOf('Fleet');
    const changes = new JetStreamChangeLog({
      connection,
      log: new MemoryLogger(),
      limits: { maxBytes: 64 * 1024 ** 2 },
    });
    await changes.provision(routeLogs('Fleet', 'HR'));
    const log = changes.open(taskPlace(TASK));
    const tail = await log.tail();
    const big = { headers: {}, payload: new Uint8Array(3 * 1024 ** 2) };
    const sequence = await log.append(big, tail?.sequence ?? 0);
    await log.trim(sequence);
    expect((await log.tail())?.payload?.length).toBe(big.payload.length);
    const read = new JetStreamChangeLog({ connection: connectionOf('HR'), log: new MemoryLogger() });
    const stop = new AbortController();
    for await (const message of read.open(taskPlace(TASK)).read(1, stop.signal)) {
      expect(message.payload?.length).toBe(big.payload.length);
      stop.abort();
    }
  });

  it('includes leases, the registry and the control board', async () => {
    const connection = connectionOf('HR');
    const leases = new JetStreamLeaseKeeper({ connection, module: 'HR', log: new MemoryLogger() });
    let held = false;
    await leases.whileHeld('apply.fleet.hr.cars', new AbortController().signal, async () => {
      held = true;
    });
    expect(held).toBe(true);
    const registry = new JetStreamModuleRegistry({ connection });
    await registry.register({
      appName: 'HR',
      appUrl: 'http://hr',
      databaseName: 'x',
      databaseUrls: [],
      registeredAtUtc: '2026-01-01T00:00:00Z',
    });
    expect((await registry.list()).map(({ appName }) => appName)).toEqual(['HR']);
    const board = new JetStreamControlBoard(connection, new MemoryLogger());
    await board.publish(confirmationSubject(TASK), { to: 1 });
    expect(await board.last(confirmationSubject(TASK), (value): value is object => value !== null)).toEqual({
      to: 1,
    });
  });

  it('includes a module’s own audit trail', async () => {
    const trail = new JetStreamAuditLog({ connection: connectionOf('HR'), module: 'HR' });
    for (const path of ['/a', '/b', '/c']) await trail.add({ path });
    expect(await trail.newest(0, 2)).toEqual({ entries: [{ path: '/c' }, { path: '/b' }], total: 3 });
  });

  it('makes a module that may not acknowledge not ready, before a message comes, and says which subject', async () => {
    const connection = connectionOf('Mute');
    await eventually(() => connection.health().ready);
    const consumer = new DurableConsumer({
      connection,
      log: new MemoryLogger(),
      module: 'Mute',
      name: 'deploy-etl',
      stream: COMMANDS,
      subjects: 'spark.commands.mute.deploy-etl.*',
      handler: () => Promise.resolve(),
    });
    consumer.start();
    await eventually(() => !connection.health().ready);
    expect(connection.health().detail).toMatch(
      /not allow this user to publish to \$JS\.ACK\.SPARK_COMMANDS\.mute-deploy-etl\./,
    );
    await consumer.stop();
  });

  it('does not cover where NATS sends its answers: whoever can ask can have one delivered into any stream', async () => {
    const own = confirmationSubject(TASK);
    await publish('HR', own);
    const { nc } = await connectionOf('HR').ready();
    const route = taskPlace(TASK).subject;
    nc.publish(`$JS.API.DIRECT.GET.SPARK_CONTROL.${own}`, '', { reply: route });
    await eventually(async () => {
      const last = await connectionOf('administrator').use(({ jsm }) =>
        jsm.streams.getMessage('SPARK_ROUTE_FLEET_HR', { last_by_subj: route }),
      );
      expect(last?.header.get('Nats-Subject')).toBe(own);
    });
  });
});
