import { setImmediate } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Logger, type Provider } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ScriptPool } from '@nestjs-spark/etl-script';
import { Registration } from '@nestjs-spark/modules/internal';
import { StorePreparation } from '@nestjs-spark/store';
import { ApplySupervisor, CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { StoreRefusedError, UnavailableError } from '@nestjs-spark/contracts/internal';
import { Declarations } from '../declare/declarations.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { BusInUse } from '../connect/bus-in-use.ts';
import { LateDeclarations } from '../declare/late-declarations.ts';
import { DeploymentReconciler } from '../deploy/deployment-reconciler.ts';
import { DeploymentGate } from '../deploy/receive/deployment-gate.ts';
import { LiveSettings } from '@nestjs-spark/foundation/internal';
import { CentralSettings } from '@nestjs-spark/settings/internal';
import { StartReport } from '../report/start/start-report.ts';
import { OwnerReports } from '../report/status/owner-reports.ts';
import { DeployCommands } from '../request/deploy-commands.ts';
import { DroppedTasks } from '../request/dropped-tasks.ts';
import { OwnerProbe } from '../request/owner-probe.ts';
import { OwnerWatch } from '../request/owner-watch.ts';
import { RequestLoop, RequestLoopTimes } from '../request/request-loop.ts';
import { RequestStore } from '../request/request-store.ts';
import { Requests } from '../request/requests.ts';
import { Revival } from '../request/revival.ts';
import { ArrivalHandlers } from '../arrivals/arrival-handlers.ts';
import { ReplicationRunner, RunnerTimes } from './replication-runner.ts';

let done: string[];
let log: MemoryLogger;
let busAway: boolean;

beforeEach(() => {
  done = [];
  log = new MemoryLogger();
  busAway = false;
});

describe('the runner', () => {
  it('takes up commands at once and copies when the store is there, then registers, announces, requests and settles', async () => {
    const runner = await make();
    runner.onApplicationBootstrap();
    expect(done.slice(0, 2)).toEqual(['connect', 'receive']);
    await eventually(() => expect(done).toContain('watch'));
    expect(done.slice(2)).toEqual([
      'open',
      'deployments',
      'store ready',
      'assign Fleet',
      'register',
      'announce HR',
      'request',
      'settle',
      'watch',
    ]);
    await runner.beforeApplicationShutdown();
  });

  it('deploys and requests nothing before the settings are known', async () => {
    const known = Promise.withResolvers<void>();
    const runner = await make({ whenKnown: () => known.promise });
    runner.onApplicationBootstrap();
    await setImmediate();
    expect(done).toEqual(['connect', 'receive']);
    known.resolve();
    await eventually(() => expect(done).toContain('watch'));
    expect(done.slice(2, 4)).toEqual(['open', 'deployments']);
    await runner.beforeApplicationShutdown();
  });

  it('announces again when the engine changes while it waits for its first announcement', async () => {
    busAway = true;
    let changed: () => void = () => undefined;
    const onChange = (_: string, listener: () => void) => {
      changed = listener;
      return () => undefined;
    };
    const runner = await make({ live: { onChange } });
    runner.onApplicationBootstrap();
    await eventually(() => expect(log.said('warn')).toHaveLength(1));
    changed();
    expect(done).toContain('announce again');
    await runner.beforeApplicationShutdown();
  });

  it('never holds up the start, and goes on where it waited once the bus is there', async () => {
    busAway = true;
    const runner = await make();
    runner.onApplicationBootstrap();
    await eventually(() =>
      expect(log.said('warn').join()).toContain('Announcing this module waits: NATS cannot be reached'),
    );
    expect(done).not.toContain('request');
    busAway = false;
    await eventually(() => expect(done).toContain('watch'));
    expect(done.filter((step) => step === 'register')).toHaveLength(1);
    expect(log.said('log')).toEqual(['Announcing this module works now']);
    await runner.beforeApplicationShutdown();
  });

  it('goes on looking whether it is registered, and its requests are there', async () => {
    const runner = await make({ refreshMs: 1 });
    runner.onApplicationBootstrap();
    const keeps = () => done.filter((step) => step === 'keep' || step === 'refresh');
    await eventually(() => expect(keeps().slice(0, 4)).toEqual(['keep', 'refresh', 'keep', 'refresh']));
    await runner.beforeApplicationShutdown();
  });

  it('says once what a store refuses of that, and goes on with the rest', async () => {
    const keep = () => Promise.reject(new StoreRefusedError('no right to write SparkModules'));
    const register = async () => ({ appName: 'HR' });
    const runner = await make({
      refreshMs: 1,
      registration: { register, announce: async () => undefined, keep },
    });
    runner.onApplicationBootstrap();
    await eventually(() => expect(done.filter((step) => step === 'refresh').length).toBeGreaterThan(3));
    await runner.beforeApplicationShutdown();
    expect(log.said('warn')).toEqual(['Registering again is refused: no right to write SparkModules']);
  });

  it('says what a store refuses of several records at once, and of nothing else that fails with them', async () => {
    const refusals = ['no right to write A', 'no right to write B', 'no right to write A'].map(
      (reason) => new StoreRefusedError(reason),
    );
    let looks = 0;
    const refresh = () => {
      looks++;
      return Promise.reject(new AggregateError([...refusals, new UnavailableError('NATS is away')]));
    };
    const runner = await make({ refreshMs: 1, requests: { sendAll: async () => undefined, refresh } });
    runner.onApplicationBootstrap();
    await eventually(() => expect(looks).toBeGreaterThan(3));
    await runner.beforeApplicationShutdown();
    expect(log.said('warn')).toEqual([
      'Looking after the requests is refused: no right to write A; no right to write B',
    ]);
  });

  it('stops the work while store and bus are there, and closes the bus last', async () => {
    const runner = await make();
    runner.onApplicationBootstrap();
    await eventually(() => expect(done).toContain('watch'));
    done = [];
    await runner.beforeApplicationShutdown();
    expect(done.toSorted()).toEqual(['stop apply', 'stop capture', 'stop commands', 'unwatch']);
    await runner.onApplicationShutdown();
    expect(done.at(-1)).toBe('close bus');
  });

  it('stops although a step never worked', async () => {
    busAway = true;
    const runner = await make();
    runner.onApplicationBootstrap();
    await eventually(() => expect(log.said('warn')).toHaveLength(1));
    await runner.beforeApplicationShutdown();
    expect(done).not.toContain('request');
  });
});

describe('the end of an application', () => {
  it.each(['the registry', 'the commands', 'the copies', 'the capture'])(
    'is not held up by %s, which never answers',
    async (what) => {
      const never = () => new Promise<never>(() => undefined);
      const runner = await make({
        ...(what === 'the registry'
          ? { registration: { register: never, announce: never, keep: never } }
          : {}),
        ...(what === 'the commands' ? { commands: { start: () => undefined, stop: never } } : {}),
        ...(what === 'the copies' ? { apply: { assign: () => undefined, stop: never } } : {}),
        ...(what === 'the capture' ? { capture: { stop: never } } : {}),
        endMs: 20,
      });
      runner.onApplicationBootstrap();
      await runner.beforeApplicationShutdown();
      expect(log.said('warn').length).toBe(what === 'the registry' ? 0 : 1);
      await runner.onApplicationShutdown();
      expect(done).toContain('close bus');
    },
  );
});

interface Doubles {
  whenKnown?: () => Promise<void>;
  live?: object;
  registration?: object;
  requests?: object;
  commands?: object;
  apply?: object;
  capture?: object;
  refreshMs?: number;
  endMs?: number;
}

/** The runner as Nest puts it together, with doubles for all that it starts. */
async function make(change: Doubles = {}): Promise<ReplicationRunner> {
  const step = (name: string) => async (): Promise<void> => void done.push(name);
  const task = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
  const declaration = {
    target: Object,
    item: { sourceCollection: 'Cars', script: '' },
    task: { key: task, collection: 'Cars', fingerprint: '' },
  };
  const registration = {
    register: async () => {
      done.push('register');
      return { appName: 'HR' };
    },
    announce: async ({ appName }: { appName: string }) => {
      if (busAway) throw new UnavailableError('NATS cannot be reached');
      done.push(`announce ${appName}`);
    },
    keep: step('keep'),
    announceAgain: () => void done.push('announce again'),
  };
  const watch = async (_: number, signal: AbortSignal) => {
    done.push('watch');
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    done.push('unwatch');
  };
  const apply = {
    assign: (owner: string) => void done.push(`assign ${owner}`),
    stop: step('stop apply'),
  };
  const commands = { start: () => void done.push('receive'), stop: step('stop commands') };
  const idle = { run: async () => undefined };
  const doubles: [unknown, unknown][] = [
    [Declarations, new Declarations([declaration])],
    [LateDeclarations, { tell: () => undefined }],
    [Registration, change.registration ?? registration],
    [RequestStore, { read: async () => null }],
    [Requests, change.requests ?? { sendAll: step('request'), refresh: step('refresh') }],
    [OwnerWatch, { run: watch }],
    [Revival, idle],
    [OwnerProbe, idle],
    [DroppedTasks, { settle: step('settle') }],
    [DeploymentGate, { open: () => void done.push('open') }],
    [DeploymentReconciler, { run: step('deployments') }],
    [OwnerReports, idle],
    [StartReport, idle],
    [CentralSettings, { ...idle, whenKnown: change.whenKnown ?? (async () => undefined) }],
    [LiveSettings, change.live ?? new LiveSettings({}, { options: {}, environment: {} })],
    [ApplySupervisor, change.apply ?? apply],
    [CaptureSupervisor, change.capture ?? { stop: step('stop capture') }],
    [ArrivalHandlers, { start: () => undefined, stop: async () => undefined }],
    [ScriptPool, { close: async () => undefined }],
    [DeployCommands, change.commands ?? commands],
    [BusInUse, { start: () => void done.push('connect'), close: step('close bus') }],
    [StorePreparation, { whenReady: async () => void done.push('store ready') }],
    [RunnerTimes, { endMs: change.endMs ?? new RunnerTimes().endMs }],
    [RequestLoopTimes, { refreshMs: change.refreshMs ?? new RequestLoopTimes().refreshMs }],
  ];
  const module = await Test.createTestingModule({
    providers: [
      ReplicationRunner,
      RequestLoop,
      ...doubles.map(([provide, useValue]) => ({ provide, useValue }) as Provider),
    ],
  }).compile();
  Logger.overrideLogger(log);
  return module.get(ReplicationRunner);
}
