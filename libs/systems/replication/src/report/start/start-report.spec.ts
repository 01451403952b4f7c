import { afterEach, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { OwnAddress } from '@nestjs-spark/modules/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import type { StoreInfo } from '@nestjs-spark/store';
import { MemoryLogger } from '@nestjs-spark/testing';
import { Shares } from '../../declare/shares.ts';
import type { EngineChooser } from '../../deploy/engines/engine-chooser.ts';
import type { Incoming } from '../status/incoming.ts';
import type { CopyFacts } from './describe-start.ts';
import { StartReport } from './start-report.ts';

const log = new MemoryLogger();
let stopping = new AbortController();
afterEach(() => {
  stopping.abort();
  stopping = new AbortController();
  Logger.overrideLogger(false);
});

function reportOf(tasks: CopyFacts[], patienceMs = 60_000): StartReport {
  Logger.overrideLogger(log);
  return new StartReport(
    { moduleName: 'Billing' },
    { kind: 'sqlite', databaseName: 'billing.db', databaseUrls: [] } as unknown as StoreInfo,
    { known: async () => 'http://127.0.0.1:3001' } as unknown as OwnAddress,
    { choose: async () => ({ engine: 'stream', reason: 'it is configured' }) } as unknown as EngineChooser,
    new Shares([]),
    { tasks: () => tasks } as unknown as Incoming,
    { patienceMs, lookEveryMs: 1 },
  );
}

const orders = { owner: 'Shop', collection: 'Orders', name: 'Orders' };
const waiting = { ...orders, complete: false, incompleteBecause: 'Shop is not registered yet' };
const complete = { ...orders, complete: true, incompleteBecause: null };
const lines = () => log.said('log').filter((line) => /Billing|complete/.test(line));

it('tells once who starts, then when everything is complete', async () => {
  const tasks: CopyFacts[] = [waiting];
  const told = lines().length;
  const running = reportOf(tasks).run(stopping.signal);
  await eventually(() => expect(lines()).toHaveLength(told + 1));
  tasks[0] = complete;
  await running;
  expect(lines().slice(told)).toEqual([
    'Billing at http://127.0.0.1:3001, on SQLite billing.db; shares nothing; copies Shop/Orders',
    'Copies complete: 1 of 1',
  ]);
});

it('tells once what is waited for, when that takes long', async () => {
  const told = lines().length;
  const tasks: CopyFacts[] = [waiting];
  const running = reportOf(tasks, 0).run(stopping.signal);
  await eventually(() => expect(lines()).toHaveLength(told + 2));
  tasks[0] = complete;
  await running;
  expect(lines().slice(told + 1)).toEqual([
    'Copies complete: 0 of 1. Waiting for Shop/Orders, because Shop is not registered yet',
    'Copies complete: 1 of 1',
  ]);
});

it('says nothing of copies where none are wanted, and ends', async () => {
  const told = lines().length;
  await reportOf([]).run(stopping.signal);
  expect(lines().slice(told)).toEqual([
    'Billing at http://127.0.0.1:3001, on SQLite billing.db; shares nothing; copies nothing',
  ]);
});
