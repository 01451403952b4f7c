import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SourceDocument } from '@nestjs-spark/contracts/internal';
import { MemoryState } from '@nestjs-spark/testing';
import type { IncomingTask } from '../../tasks/task-status.ts';
import type { ApplyReport, SourceAnswer } from '@nestjs-spark/streaming/internal';
import { SetAside } from '@nestjs-spark/set-aside/internal';
import { fleetSettings } from '../../deploy/fixtures/doubles.ts';
import type { OwnerSourceInquiry } from '../../request/source-inquiry.ts';
import type { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { applyReport, declaredCars } from '../fixtures/requester.ts';
import { judgeIncoming } from '../status/judge-incoming.ts';
import { ArrivalWaits, type ArrivalOptions, type ArrivalQuery } from './arrival-waits.ts';

const cars = { owner: 'Fleet', collection: 'Cars' };
const wanted = { databaseId: 'fleet-db', etag: 120 };

describe('A wait for a change', () => {
  let reports: ApplyReport[];
  let answer: SourceAnswer;
  let listeners: Set<() => void>;
  let looked: string[];
  let state: MemoryState;
  let copy: SourceDocument | null;
  let waits: ArrivalWaits;

  beforeEach(() => {
    reports = [applyReport()];
    answer = { sourceEtag: 120, databaseId: 'fleet-db' };
    copy = null;
    listeners = new Set();
    looked = [];
    state = new MemoryState();
    const supervisor: Pick<ApplySupervisor, 'onMoved' | 'look'> = {
      onMoved: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
      look: async ({ name }) => void looked.push(name),
    };
    const inquiry: Pick<OwnerSourceInquiry, 'ask'> = { ask: async () => answer };
    waits = new ArrivalWaits(
      { ...fleetSettings, moduleName: 'HR' },
      state,
      inquiry as OwnerSourceInquiry,
      supervisor as ApplySupervisor,
      { load: async () => [copy] },
    );
  });

  const tasks = (): IncomingTask[] =>
    reports.map((report) =>
      judgeIncoming({
        declared: declaredCars,
        report,
        request: null,
        askingForMs: null,
        owner: null,
        ownerAddress: null,
        now: 0,
      }),
    );
  const wait = (query: Partial<ArrivalQuery> = { change: wanted }, options: ArrivalOptions = {}) =>
    waits.wait({ ...cars, ...query }, options, tasks);
  /** What the copy is at now, as the apply path tells it. */
  const move = (report: Partial<ApplyReport>): void => {
    reports = [applyReport(report)];
    for (const listener of listeners) listener();
  };

  it('ends when the change is applied, not before, and leaves nothing behind', async () => {
    let ended = false;
    const waiting = wait().then((change) => {
      ended = true;
      return change;
    });
    move({ appliedEtag: 119, sourceEtag: 120 });
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    move({ appliedEtag: 120, sourceEtag: 120 });
    expect(await waiting).toEqual(wanted);
    expect(listeners.size).toBe(0);
  });

  it('is over at once when it has arrived, and takes the text of a header', async () => {
    expect(await wait({ change: 'fleet-db:100' })).toEqual({ databaseId: 'fleet-db', etag: 100 });
    expect(looked).toEqual([]);
  });

  it('for a document waits until its copy is as new as the change, although a later one has replaced that', async () => {
    const query = { change: wanted, documentId: 'cars/1' };
    const copyAt = (etag: number): SourceDocument => {
      const metadata = { 'spark-source': 'Fleet/cars/1', 'spark-etag': etag };
      const json = Buffer.from(JSON.stringify({ '@metadata': metadata }));
      return { id: 'cars/1', collection: 'Cars', copyOf: 'Fleet/cars/1', json };
    };
    copy = copyAt(90);
    // It was written again at 500 before the page up to 200 was read.
    answer = { sourceEtag: 500, databaseId: 'fleet-db' };
    reports = [applyReport({ appliedEtag: 200, sourceEtag: 200 })];
    await expect(wait(query, { timeoutMs: 30 })).rejects.toMatchObject({ kind: 'notArrived' });
    const waiting = wait(query);
    await new Promise(setImmediate);
    move({ appliedEtag: 500, sourceEtag: 500 });
    expect(await waiting).toEqual(wanted);
    copy = copyAt(120);
    answer = 'away';
    expect(await wait(query)).toEqual(wanted);
  });

  it('waits for all copies of the collection', async () => {
    reports = [applyReport({ appliedEtag: 130 }), applyReport({ appliedEtag: 100 })];
    await expect(wait({ change: wanted }, { timeoutMs: 30 })).rejects.toMatchObject({ kind: 'notArrived' });
  });

  it('in vain says how far the copy is, its state, and why', async () => {
    reports = [applyReport({ state: 'Waiting', sourceEtag: 140, lastError: 'Fleet is away' })];
    await expect(wait({ change: wanted }, { timeoutMs: 10 })).rejects.toMatchObject({
      kind: 'notArrived',
      message: expect.stringMatching(
        /fleet-db:120 .*10 ms: Cars is Waiting, .*up to etag 100 .*40.*: Fleet is away/,
      ),
      members: { tasks: [{ name: 'Cars', state: 'Waiting', position: 100 }] },
    });
  });

  it('is refused for a change of another database, unless the owner has that one now', async () => {
    const other = { databaseId: 'other', etag: 1 };
    await expect(wait({ change: other })).rejects.toMatchObject({ kind: 'otherDatabase' });
    answer = { sourceEtag: 1, databaseId: 'other' };
    const waiting = wait({ change: other });
    await new Promise(setImmediate);
    move({ databaseId: 'other', appliedEtag: 1, sourceEtag: 1 });
    expect(await waiting).toEqual(other);
  });

  it('without a change is for what the owner has at that moment', async () => {
    const waiting = wait({ documentId: 'cars/1' });
    await new Promise(setImmediate);
    move({ appliedEtag: 120, sourceEtag: 120 });
    expect(await waiting).toEqual(wanted);
    answer = 'away';
    await expect(wait({ documentId: 'cars/1' }, { timeoutMs: 10 })).rejects.toThrow(/Fleet has not reported/);
  });

  it('ends with the reason when the copy is set aside here', async () => {
    const reading = { generation: 1, incarnation: 'a' };
    const kept = await SetAside.open(state, 'Fleet/HR/Cars', reading);
    const failure = {
      documentId: 'cars/1',
      etag: 90,
      reason: 'too big',
      kind: 'refused',
      line: null,
      column: null,
    };
    await kept.add([failure]);
    reports = [applyReport({ setAside: 1 })];
    const change = (etag: number) => ({ databaseId: 'fleet-db', etag });
    await expect(wait({ change: change(90) })).rejects.toMatchObject({ kind: 'copySetAside' });
    await expect(wait({ change: change(95), documentId: 'CARS/1' })).rejects.toThrow(/too big/);
    answer = { sourceEtag: 100, databaseId: 'fleet-db' };
    expect(await wait({ change: change(95), documentId: 'cars/2' })).toEqual(change(95));
  });

  it.each([2 ** 31, 2 ** 33, Infinity, 60_000.5])(
    'lasts as long as is said, which may be %d ms',
    async (timeoutMs) => {
      let outcome: unknown = 'waiting';
      const waiting = wait({ change: wanted }, { timeoutMs }).then(
        (change) => (outcome = change),
        (error: unknown) => (outcome = error),
      );
      // Longer than Node waits where it is asked to wait for longer than it can.
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(outcome).toBe('waiting');
      move({ appliedEtag: 120, sourceEtag: 120 });
      await waiting;
      expect(outcome).toEqual(wanted);
    },
  );

  it('looks at the shared checkpoint where another instance applies', async () => {
    reports = [applyReport({ active: false, carriedBy: 'another-instance' })];
    await expect(wait({ change: wanted }, { timeoutMs: 60 })).rejects.toMatchObject({ kind: 'notArrived' });
    expect(looked).toContain('Cars');
  });

  it('ends with the reason of its signal, and when the application ends', async () => {
    const aborted = new AbortController();
    const one = wait({ change: wanted }, { signal: aborted.signal });
    const two = wait();
    aborted.abort(new Error('the client has gone'));
    await expect(one).rejects.toThrow('the client has gone');
    waits.beforeApplicationShutdown();
    await expect(two).rejects.toMatchObject({ kind: 'unavailable' });
    expect(listeners.size).toBe(0);
  });

  it.each(['', 'nonsense', 'fleet-db:x'])('refuses %j as a change', async (change) => {
    await expect(wait({ change })).rejects.toMatchObject({ kind: 'invalid' });
  });
});
