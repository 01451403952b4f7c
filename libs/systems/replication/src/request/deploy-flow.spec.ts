import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { registeredSubject, scriptFingerprint } from '@nestjs-spark/contracts/internal';
import { PermanentError } from '@nestjs-spark/jetstream';
import type { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { Declarations, type Declaration } from '../declare/declarations.ts';
import { KeyRing, ModuleIdentity, TokenVerifier, ModuleClient } from '@nestjs-spark/modules/internal';
import { MemoryBoard, MemoryLogger, MemoryRegistry, MemoryState } from '@nestjs-spark/testing';
import type { CommandBus, Delivery } from './command-bus.ts';
import { DeployHandler, DeploymentDelayedError } from './deploy-handler.ts';
import { OwnerWatch } from './owner-watch.ts';
import type { RequestRecord } from './request-record.ts';
import { RequestStatus } from './request-status.ts';
import { RequestStore } from './request-store.ts';
import { Requests } from './requests.ts';

const FIRST: Delivery = { attempt: 1, last: false };
const SUBJECT = 'spark.commands.hr.deploy-etl.fleet';

let directory: string;
let registry: MemoryRegistry;
let state: MemoryState;
let log: MemoryLogger;
let bus: MemoryBus;
let status: RequestStatus;
let fleet: FakeOwner;
let requests: Requests;
let handler: DeployHandler;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'spark-flow-'));
  registry = new MemoryRegistry();
  state = new MemoryState();
  log = new MemoryLogger();
  Logger.overrideLogger(log);
  bus = new MemoryBus();
  fleet = await FakeOwner.start();
  await start([declare('Cars')]);
});

afterEach(async () => {
  await fleet.stop();
  await rm(directory, { recursive: true, force: true });
});

/** HR, as after a start with these declarations; state and bus are those of before. */
async function start(declarations: Declaration[]): Promise<void> {
  const identity = await ModuleIdentity.open({ directory, module: 'HR', production: false, log });
  await register('HR', 'http://127.0.0.1:1', identity);
  status = new RequestStatus();
  const records = new RequestStore(state);
  const store = { databaseName: 'SparkHR', databaseUrls: ['http://db:8080'] };
  const wanted = new Declarations(declarations);
  requests = new Requests({ moduleName: 'HR' }, store, bus, wanted, records, status);
  const policy = { production: false, trustedKeys: new Map<string, string[]>() };
  const keys = new KeyRing({ registry, state, policy, log, betweenReadsMs: 0 });
  const client = new ModuleClient({ registry, identity, keys });
  // Nothing here was carried by RavenDB's own ETL before.
  const apply = {} as ApplySupervisor;
  handler = new DeployHandler(client, identity, wanted, records, status, requests, apply);
}

describe('the request to an owner', () => {
  it('arrives signed for that owner, with the whole set and its revision', async () => {
    await register('Fleet', fleet.url);
    await requests.sendAll();
    await handler.handle(bus.take(SUBJECT), FIRST);
    expect(fleet.bodies).toEqual([
      {
        requestingModule: 'HR',
        targetDatabase: 'SparkHR',
        targetUrls: ['http://db:8080'],
        revision: 1,
        scripts: [{ sourceCollection: 'Cars', script: 'loadToCars({});' }],
      },
    ]);
    expect(await fleet.verified(registry)).toEqual(['HR']);
    expect(status.of('fleet')).toMatchObject({ state: 'deployed', attempts: 1, engines: { Cars: 'stream' } });
  });

  it('is logged as accepted once, however often its owner is asked again', async () => {
    await register('Fleet', fleet.url);
    await requests.sendAll();
    await handler.handle(bus.take(SUBJECT), FIRST);
    const counts = { tasksCreated: 0, tasksUpdated: 0, tasksRemoved: 0 };
    fleet.answer = { status: 200, body: { success: true, ...counts, revision: 1, tasks: [] } };
    await requests.send('Fleet');
    await handler.handle(bus.take(SUBJECT), FIRST);
    const accepted = (lines: string[]) => lines.filter((line) => line.includes('has accepted revision 1'));
    expect(accepted(log.said('log'))).toHaveLength(1);
  });

  it('waits while its record is not as Spark writes it, keeps back no other, and is sent once that is deleted', async () => {
    await state.write('sparkRequests/fleet', 'SparkRequests', { owner: 5 }, null);
    await start([declare('Cars'), declare('Parts', 'Sales')]);
    await requests.sendAll();
    await requests.refresh();
    expect(bus.take('spark.commands.hr.deploy-etl.sales')).toEqual({ owner: 'Sales', revision: 1 });
    expect(log.said('warn')).toEqual([
      expect.stringMatching(/The request to Fleet waits: .*sparkRequests\/fleet.*delete it/),
    ]);
    await state.remove('sparkRequests/fleet');
    await requests.refresh();
    expect(bus.take(SUBJECT)).toEqual({ owner: 'Fleet', revision: 1 });
  });

  it('is a bell while it waits on the bus: owner and revision, no script, no address, no credential', async () => {
    await requests.sendAll();
    expect(bus.take(SUBJECT)).toEqual({ owner: 'Fleet', revision: 1 });
  });

  it.each([
    ['a set of its own', { owner: 'Fleet', revision: 1, scripts: [], request: null }],
    [
      'the shape that earlier versions sent',
      {
        owner: 'Fleet',
        request: {
          requestingModule: 'Payroll',
          targetDatabase: 'X',
          targetUrls: ['http://evil'],
          revision: 1,
          scripts: [{ sourceCollection: 'Cars', script: 'loadToCars(this)' }],
        },
      },
    ],
  ])('is what this module has asked, whatever the command brings: %s', async (_, command) => {
    await register('Fleet', fleet.url);
    await requests.sendAll();
    await handler.handle(bus.take(SUBJECT), FIRST);
    await handler.handle(command, FIRST);
    expect(fleet.bodies).toHaveLength(2);
    expect(fleet.bodies[1]).toEqual(fleet.bodies[0]);
  });

  it.each([
    ['at a revision that nobody asked for', { owner: 'Fleet', revision: 1_000 }],
    ['of an owner that nobody asked', { owner: 'Sales', revision: 1 }],
    ['of this module itself', { owner: 'HR', request: { revision: 1, scripts: [] } }],
  ])('%s is not sent, is a dead letter, and changes nothing in the status', async (_, command) => {
    await register('Fleet', fleet.url);
    await register('Sales', fleet.url);
    await requests.sendAll();
    await handler.handle(bus.take(SUBJECT), FIRST);
    const before = status.all();
    const forged = handler.handle(command, FIRST);
    await expect(forged).rejects.toThrow(PermanentError);
    await expect(forged).rejects.toThrow(/who can publish on NATS/);
    expect(fleet.bodies).toHaveLength(1);
    expect(status.all()).toEqual(before);
  });

  it('keeps its revision over a restart and raises it with a changed set', async () => {
    await register('Fleet', fleet.url);
    await requests.sendAll();
    await start([declare('Cars')]);
    await requests.sendAll();
    expect(bus.take(SUBJECT)).toMatchObject({ revision: 1 });
    await start([declare('Cars'), declare('CarBrands')]);
    await requests.sendAll();
    expect(bus.take(SUBJECT)).toMatchObject({ revision: 2 });
  });

  it('goes to where the owner is at the time of delivery', async () => {
    await register('Fleet', 'http://127.0.0.1:9');
    await requests.sendAll();
    const command = bus.take(SUBJECT);
    await expect(handler.handle(command, FIRST)).rejects.toThrow(DeploymentDelayedError);
    await register('Fleet', fleet.url);
    await handler.handle(command, { attempt: 2, last: false });
    expect(status.of('Fleet')).toMatchObject({ state: 'deployed', attempts: 2, lastError: null });
  });

  it('waits for an owner that is not registered yet', async () => {
    await requests.sendAll();
    await expect(handler.handle(bus.take(SUBJECT), FIRST)).rejects.toThrow('Fleet is not registered yet');
    expect(status.of('Fleet')).toMatchObject({ state: 'retrying', attempts: 1 });
  });

  it("is given up at once with the owner's reason when trying again cannot help", async () => {
    await register('Fleet', fleet.url);
    fleet.answer = { status: 403, body: { detail: 'Cars are not shared with HR' } };
    await requests.sendAll();
    await expect(handler.handle(bus.take(SUBJECT), FIRST)).rejects.toThrow(PermanentError);
    expect(status.of('Fleet')).toMatchObject({
      state: 'dead',
      lastError: 'Fleet answered 403: Cars are not shared with HR',
    });
  });

  it('is retried while one of the two clocks is wrong, and says by how much; then it is deployed', async () => {
    await register('Fleet', fleet.url);
    const right = fleet.answer;
    const time = new Date(Date.now() - 3_600_000).toISOString();
    fleet.answer = { status: 401, body: { type: 'urn:spark:problem:token-times', detail: 'expired', time } };
    await requests.sendAll();
    const command = bus.take(SUBJECT);
    const delayed = handler.handle(command, FIRST);
    await expect(delayed).rejects.toThrow(DeploymentDelayedError);
    await expect(delayed).rejects.toThrow(/the clock is off by 36\d\d s.*ahead of Fleet's/);
    expect(log.said('warn').join()).toMatch(/the clock is off by/);
    fleet.answer = right;
    await handler.handle(command, { attempt: 2, last: false });
    expect(status.of('Fleet')).toMatchObject({ state: 'deployed', lastError: null });
  });

  it('is a dead letter for a key that is not believed, names it, and may pass; one that is not shared may not', async () => {
    await register('Fleet', fleet.url);
    fleet.answer = { status: 401, body: { type: 'urn:spark:problem:unauthenticated', detail: 'operators' } };
    await requests.sendAll();
    const command = bus.take(SUBJECT);
    await expect(handler.handle(command, FIRST)).rejects.toThrow(PermanentError);
    expect(status.of('Fleet')?.lastError).toMatch(/SPARK_TRUSTED_KEYS=HR=/);
    expect(status.stranded()).toEqual(['Fleet']);
    fleet.answer = { status: 403, body: { type: 'urn:spark:problem:not-shared', detail: 'not shared' } };
    await expect(handler.handle(command, FIRST)).rejects.toThrow(PermanentError);
    expect(status.stranded()).toEqual([]);
  });

  it('that nobody answered to the last try may pass', async () => {
    await register('Fleet', 'http://127.0.0.1:9');
    await requests.sendAll();
    await expect(handler.handle(bus.take(SUBJECT), { attempt: 6, last: true })).rejects.toThrow(
      /cannot be reached/,
    );
    expect(status.stranded()).toEqual(['Fleet']);
  });

  it('is dead after the last try', async () => {
    await requests.sendAll();
    await expect(handler.handle(bus.take(SUBJECT), { attempt: 6, last: true })).rejects.toThrow(
      DeploymentDelayedError,
    );
    expect(status.of('Fleet')).toMatchObject({ state: 'dead', attempts: 6 });
  });

  const off = (seconds: number): { status: number; body: object } => ({
    status: 401,
    body: {
      type: 'urn:spark:problem:token-times',
      time: new Date(Date.now() - seconds * 1_000).toISOString(),
    },
  });
  const busy = (code: number, detail = ''): { status: number; body: object } => ({
    status: code,
    body: { detail },
  });

  /** Answers to successive attempts (`again`: the dead letter is then resent), and how many log lines give the reason. */
  it.each<[string, (ReturnType<typeof busy> | 'again' | 'taken')[], number, number]>([
    ['one failure', [busy(503)], 1, 0],
    ['the same again and again', Array.from({ length: 5 }, () => busy(503)), 1, 0],
    ['two reasons', [busy(503), busy(503), busy(502), busy(502)], 2, 0],
    ['two reasons in turn', [busy(503), busy(502), busy(503)], 3, 0],
    ['one status for two reasons', [busy(503, 'NATS is away'), busy(503, 'RavenDB is away')], 2, 0],
    ['a wrong clock, whose time differs with each attempt', [off(3_600), off(3_601), off(3_605)], 1, 0],
    ['a clock that was ahead and now is behind', [off(3_600), off(-3_600)], 2, 0],
    ['all attempts', Array.from({ length: 6 }, () => busy(503)), 1, 1],
    ['all attempts, and again', [...Array.from({ length: 6 }, () => busy(503)), 'again', busy(503)], 1, 1],
    ['a refusal, and again', [busy(403, 'no'), 'again', busy(403, 'no')], 1, 1],
    ['a refusal, and another one', [busy(403, 'no'), 'again', busy(403, 'never')], 2, 2],
    ['a failure, then it is accepted, then the same failure', [busy(503), 'taken', busy(503)], 2, 0],
  ])('that fails logs each reason once: %s', async (_what, answers, reasons, letters) => {
    await register('Fleet', fleet.url);
    await requests.sendAll();
    let command = bus.take(SUBJECT);
    let attempt = 0;
    for (const answer of answers) {
      if (answer === 'again') {
        await requests.send('Fleet');
        [command, attempt] = [bus.take(SUBJECT), 0];
        continue;
      }
      fleet.answer = answer === 'taken' ? null : answer;
      attempt++;
      await handler.handle(command, { attempt, last: attempt === 6 }).catch(() => undefined);
    }
    const said = log.said('warn');
    expect(said.filter((line) => /The request to Fleet is a dead letter/.test(line))).toHaveLength(letters);
    expect(said.filter((line) => /Trying again$|It is a dead letter$/.test(line))).toHaveLength(reasons);
  });

  it('follows no redirect', async () => {
    const elsewhere = await FakeOwner.start();
    await register('Fleet', fleet.url);
    fleet.answer = { status: 307, body: {}, headers: { location: `${elsewhere.url}/spark/etl/deploy` } };
    await requests.sendAll();
    await expect(handler.handle(bus.take(SUBJECT), FIRST)).rejects.toThrow(/307/);
    expect(elsewhere.bodies).toEqual([]);
    await elsewhere.stop();
  });

  it('is not sent to an address with credentials in it, nor are they shown', async () => {
    await register('Fleet', 'http://user:canary@127.0.0.1:9');
    await requests.sendAll();
    const error = await handler.handle(bus.take(SUBJECT), FIRST).catch(String);
    expect(error).toContain('credentials');
    expect(JSON.stringify([error, log.lines, status.all()])).not.toContain('canary');
  });

  it('that was overtaken by a newer one brings the newest set', async () => {
    await register('Fleet', fleet.url);
    await requests.sendAll();
    const old = bus.take(SUBJECT);
    await start([declare('CarBrands')]);
    await requests.sendAll();
    await handler.handle(old, FIRST);
    expect(fleet.bodies).toMatchObject([{ revision: 2, scripts: [{ sourceCollection: 'CarBrands' }] }]);
  });

  it('goes on above the revision of an owner that remembers more than this database', async () => {
    await register('Fleet', fleet.url);
    fleet.answer = { status: 409, body: { type: 'urn:spark:problem:older-revision', revision: 7 } };
    await requests.sendAll();
    await handler.handle(bus.take(SUBJECT), FIRST);
    fleet.answer = null;
    await handler.handle(bus.take(SUBJECT), FIRST);
    expect(fleet.bodies.at(-1)).toMatchObject({ revision: 8 });
    expect(status.of('Fleet')?.state).toBe('deployed');
  });

  it('that is not a command is given up', async () => {
    for (const message of [null, 'x', {}, { owner: '../x', request: {} }]) {
      await expect(handler.handle(message, FIRST)).rejects.toThrow(PermanentError);
    }
  });

  it('takes the place of the dead letters before it', async () => {
    bus.dead.set(SUBJECT, 1);
    await requests.sendAll();
    expect(bus.dead.get(SUBJECT)).toBe(0);
    expect(log.said('log').join()).toContain('in place of 1 dead letter');
  });
});

describe('an owner that is no longer asked', () => {
  it('hears so once: an empty set, then nothing more', async () => {
    await register('Fleet', fleet.url);
    await requests.sendAll();
    await handler.handle(bus.take(SUBJECT), FIRST);
    await start([]);
    await requests.sendAll();
    await handler.handle(bus.take(SUBJECT), FIRST);
    expect(fleet.bodies.at(-1)).toMatchObject({ revision: 2, scripts: [] });
    expect(status.all()).toEqual([]);
    await start([]);
    await requests.sendAll();
    expect(bus.waiting.has(SUBJECT)).toBe(false);
    expect(await requests.concerns('Fleet')).toBe(false);
  });

  it('hears so again at the next start when it could not be reached', async () => {
    await requests.sendAll();
    await start([]);
    await requests.sendAll();
    bus.take(SUBJECT);
    await start([]);
    await requests.sendAll();
    await register('Fleet', fleet.url);
    await handler.handle(bus.take(SUBJECT), FIRST);
    expect(fleet.bodies).toMatchObject([{ revision: 2, scripts: [] }]);
  });

  it('is left alone when nobody of that name has ever answered, as after a misspelled name was corrected', async () => {
    await requests.sendAll();
    await expect(handler.handle(bus.take(SUBJECT), FIRST)).rejects.toThrow('Fleet is not registered yet');
    await start([declare('Cars', 'Sales')]);
    await requests.sendAll();
    await handler.handle(bus.take(SUBJECT), FIRST);
    expect(status.of('Fleet')).toBeNull();
    expect(log.said('warn').filter((line) => line.includes('Fleet'))).toHaveLength(1);
    // One that registers later could have the tasks of a lost answer.
    expect(await requests.concerns('Fleet')).toBe(true);
  });

  it('is informed, again until it answers, when it has answered before and is no longer registered', async () => {
    await register('Fleet', fleet.url);
    await requests.sendAll();
    await handler.handle(bus.take(SUBJECT), FIRST);
    registry.modules.delete('fleet');
    await start([]);
    await requests.sendAll();
    await expect(handler.handle(bus.take(SUBJECT), FIRST)).rejects.toThrow('Fleet is not registered yet');
  });

  it('is asked again under a higher revision when it is declared once more', async () => {
    await requests.sendAll();
    await start([]);
    await requests.sendAll();
    await start([declare('Cars')]);
    await requests.sendAll();
    await register('Fleet', fleet.url);
    await handler.handle(bus.take(SUBJECT), FIRST);
    expect(fleet.bodies).toMatchObject([{ revision: 3, scripts: [{ sourceCollection: 'Cars' }] }]);
  });
});

const STANDING = {
  appUrl: 'http://fleet',
  databaseName: 'SparkFleet',
  databaseUrls: [],
  registeredAtUtc: '2026-01-01T00:00:00.000Z',
};

describe('an owner that registers', () => {
  let board: MemoryBoard;
  let stop: AbortController;
  let watching: Promise<void>;

  beforeEach(() => {
    board = new MemoryBoard();
    stop = new AbortController();
  });

  afterEach(async () => {
    stop.abort();
    await watching;
  });

  const announce = (appName: string, at: number): Promise<void> =>
    board.publish(registeredSubject(appName), { ...STANDING, appName, at });
  const watch = (startedAt: number): void => {
    watching = new OwnerWatch({ moduleName: 'HR' }, board, requests, status).run(startedAt, stop.signal);
  };

  it('is asked again, and its dead letters are gone', async () => {
    watch(1_000);
    bus.dead.set(SUBJECT, 1);
    await announce('Fleet', 2_000);
    await eventually(() => expect(bus.waiting.has(SUBJECT)).toBe(true));
    expect(bus.dead.get(SUBJECT)).toBe(0);
  });

  it('before this start is asked again only when the request has come to grief', async () => {
    await announce('Fleet', 500);
    await announce('Other', 500);
    status.failed('Fleet', 1, 6, 'down', { final: true, mayPass: true });
    watch(1_000);
    await eventually(() => expect(bus.waiting.has(SUBJECT)).toBe(true));
    expect([...bus.waiting.keys()]).toEqual([SUBJECT]);
  });

  it('that nothing is wanted of is left alone, and so is this module itself', async () => {
    watch(1_000);
    await announce('Sales', 2_000);
    await announce('HR', 2_000);
    await announce('Fleet', 2_000);
    await eventually(() => expect(bus.waiting.has(SUBJECT)).toBe(true));
    expect([...bus.waiting.keys()]).toEqual([SUBJECT]);
  });
});

describe('another instance of this module', () => {
  it("takes over that the owner has answered, from the module's database", async () => {
    await requests.sendAll();
    const found = await state.read<RequestRecord>('sparkRequests/fleet');
    const deployed = { revision: 1, at: '', tasks: [{ name: 'Cars', engine: 'etl' as const }] };
    await state.write(
      'sparkRequests/fleet',
      'SparkRequests',
      { ...found?.value, deployed },
      found?.version ?? null,
    );
    await requests.refresh();
    expect(status.of('Fleet')).toMatchObject({ state: 'deployed', engines: { Cars: 'etl' } });
  });

  it('is sent again when the bus has lost it before the owner took it, and not while the bus has it', async () => {
    await requests.sendAll();
    await requests.refresh();
    expect(log.said('warn')).toEqual([]);
    const command = bus.take(SUBJECT);
    await requests.refresh();
    expect(bus.take(SUBJECT)).toEqual(command);
    expect(log.said('warn')).toEqual(['The request to Fleet was lost on the bus and is sent again']);
  });

  it('is sent again when something else took its place on the bus before it was handled', async () => {
    await requests.sendAll();
    const command = bus.take(SUBJECT);
    for (const other of [{ owner: 'Fleet', revision: 1_000 }, { owner: 'Sales', revision: 1 }, 'x']) {
      await bus.send(SUBJECT, Object(other));
      await requests.refresh();
      expect(bus.take(SUBJECT)).toEqual(command);
    }
  });

  it('is not sent again once it was taken, whatever the bus has lost', async () => {
    await register('Fleet', fleet.url);
    await requests.sendAll();
    await handler.handle(bus.take(SUBJECT), FIRST);
    await requests.refresh();
    expect(bus.waiting.size).toBe(0);
  });
});

function declare(collection: string, owner = 'Fleet'): Declaration {
  const script = `loadTo${collection}({});`;
  const task = { owner, requester: 'HR', name: collection };
  return {
    target: Object,
    item: { sourceCollection: collection, script },
    task: { key: task, collection, fingerprint: scriptFingerprint(collection, script) },
  };
}

function register(appName: string, appUrl: string, identity?: ModuleIdentity): Promise<void> {
  return registry.register({
    appName,
    appUrl,
    databaseName: `Spark${appName}`,
    databaseUrls: [],
    registeredAtUtc: new Date().toISOString(),
    ...(identity ? { publicKey: identity.publicKey } : {}),
  });
}

class MemoryBus implements CommandBus {
  readonly waiting = new Map<string, object>();
  readonly dead = new Map<string, number>();

  async send(subject: string, command: object): Promise<void> {
    this.waiting.set(subject, structuredClone(command));
  }

  async last(subject: string): Promise<unknown> {
    return this.waiting.get(subject) ?? null;
  }

  async dropDeadLetters(subject: string): Promise<number> {
    const count = this.dead.get(subject) ?? 0;
    this.dead.set(subject, 0);
    return count;
  }

  take(subject: string): object {
    const command = this.waiting.get(subject);
    if (!command) throw new Error(`nothing waits on ${subject}`);
    this.waiting.delete(subject);
    return command;
  }
}

class FakeOwner {
  readonly requests: { method: string; path: string; token: string; body: string }[] = [];
  answer: { status: number; body: object; headers?: Record<string, string> } | null = null;
  readonly url: string;
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString();
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      this.requests.push({ method: request.method ?? '', path: request.url ?? '', token, body });
      const { status: code = 200, body: answer = this.success(body), headers = {} } = this.answer ?? {};
      response
        .writeHead(code, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(answer));
    });
  }

  static async start(): Promise<FakeOwner> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FakeOwner(server);
  }

  get bodies(): unknown[] {
    return this.requests.map(({ body }) => JSON.parse(body) as unknown);
  }

  verified(keys: MemoryRegistry): Promise<string[]> {
    const ring = new KeyRing({
      registry: keys,
      state: new MemoryState(),
      log,
      policy: { production: false, trustedKeys: new Map() },
    });
    const receiver = { moduleName: 'Fleet', moduleUrl: this.url };
    const verifier = new TokenVerifier({ receiver, keys: ring, log });
    return Promise.all(this.requests.map(async (request) => (await verifier.verify(request)).module));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private success(body: string): object {
    const { revision, scripts } = JSON.parse(body) as {
      revision: number;
      scripts: { sourceCollection: string }[];
    };
    const tasks = scripts.map(({ sourceCollection: name }) => ({
      name,
      collection: name,
      engine: 'stream',
      state: 'Starting',
    }));
    return { success: true, tasksCreated: tasks.length, tasksUpdated: 0, tasksRemoved: 0, revision, tasks };
  }
}
