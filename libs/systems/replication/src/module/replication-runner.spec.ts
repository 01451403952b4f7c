import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import {
  StoreRefusedError,
  UnavailableError,
  type ModuleInformation,
} from '@nestjs-spark/contracts/internal';
import { Declarations } from '../declare/declarations.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { ReplicationRunner, type ReplicationRunnerParts } from './replication-runner.ts';

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
    const runner = make();
    runner.onApplicationBootstrap();
    expect(done.slice(0, 2)).toEqual(['connect', 'receive']);
    await eventually(() => expect(done).toContain('watch'));
    expect(done.slice(2)).toEqual([
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

  it('never holds up the start, and goes on where it waited once the bus is there', async () => {
    busAway = true;
    const runner = make();
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
    const runner = make({ refreshMs: 1 });
    runner.onApplicationBootstrap();
    const keeps = () => done.filter((step) => step === 'keep' || step === 'refresh');
    await eventually(() => expect(keeps().slice(0, 4)).toEqual(['keep', 'refresh', 'keep', 'refresh']));
    await runner.beforeApplicationShutdown();
  });

  it('says once what a store refuses of that, and goes on with the rest', async () => {
    const keep = () => Promise.reject(new StoreRefusedError('no right to write SparkModules'));
    const register = async () => ({ appName: 'HR' }) as ModuleInformation;
    const runner = make({
      refreshMs: 1,
      registration: { register, announce: async () => undefined, keep },
    });
    runner.onApplicationBootstrap();
    await eventually(() => expect(done.filter((step) => step === 'refresh').length).toBeGreaterThan(3));
    await runner.beforeApplicationShutdown();
    expect(log.said('warn')).toEqual(['Registering again is refused: no right to write SparkModules']);
  });

  it('stops the work while store and bus are there, and closes the bus last', async () => {
    const runner = make();
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
    const runner = make();
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
      const runner = make({
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

function make(change: Partial<ReplicationRunnerParts> = {}): ReplicationRunner {
  const step = (name: string) => async (): Promise<void> => void done.push(name);
  const information = { appName: 'HR' } as ModuleInformation;
  const task = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
  const declaration = {
    target: Object,
    item: { sourceCollection: 'Cars', script: '' },
    task: { key: task, collection: 'Cars', fingerprint: '' },
  };
  const parts: ReplicationRunnerParts = {
    declarations: new Declarations([declaration]),
    registration: {
      register: async () => {
        done.push('register');
        return information;
      },
      announce: async ({ appName }) => {
        if (busAway) throw new UnavailableError('NATS cannot be reached');
        done.push(`announce ${appName}`);
      },
      keep: step('keep'),
    },
    requests: { sendAll: step('request'), refresh: step('refresh') },
    watch: {
      run: async (signal) => {
        done.push('watch');
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        done.push('unwatch');
      },
    },
    revival: { run: async () => undefined },
    apply: { assign: (owner) => void done.push(`assign ${owner}`), stop: step('stop apply') },
    capture: { stop: step('stop capture') },
    commands: {
      start: () => void done.push('receive'),
      stop: step('stop commands'),
    },
    bus: { start: () => void done.push('connect'), close: step('close bus') },
    storeReady: async () => void done.push('store ready'),
    settleDropped: step('settle'),
    log,
    ...change,
  };
  return new ReplicationRunner(parts);
}
