import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { appliedSubject, capturedSubject, sourceSubject } from '@nestjs-spark/contracts/internal';
import { Parties, told } from '../../testing/parties.ts';
import { TASK } from '../../testing/simulation.ts';
import { until } from '../../testing/until.ts';
import type { ApplyReport } from '../task/reports.ts';
import type { ApplySupervisor } from './apply-supervisor.ts';
import type { CaptureSupervisor } from './capture-supervisor.ts';

let parties: Parties;
afterEach(() => parties.endAll());

type Party = ApplySupervisor | CaptureSupervisor;

/** Waits until an instance says all of it. */
async function says<T extends Party>(party: T, wanted: Record<string, unknown>): Promise<void> {
  const said = () => told(party as ApplySupervisor) as unknown as Record<string, unknown>;
  await until(
    () => Object.entries(wanted).every(([field, value]) => said()[field] === value),
    () => `wanted ${JSON.stringify(wanted)}, said ${JSON.stringify(said())}`,
  );
}

const GREEN = {
  state: 'Streaming',
  complete: true,
  stalledBecause: null,
  lag: 0,
  behindMs: 0,
  lastError: null,
};
const SENT = { state: 'Streaming', live: true, lag: 0, behindMs: 0, lastError: null };

/** What every instance says alike. */
const shared = ({ active: _a, carriedBy: _c, errors: _e, ...rest }: ApplyReport) => rest;

function put(from: number, to: number, collection = 'Cars'): void {
  for (let i = from; i <= to; i++) parties.source.put(`${collection}/${i}`, { V: i }, collection);
}

async function running(cars = 50) {
  parties = new Parties();
  put(1, cars);
  const owner = parties.owner();
  const requester = parties.requester();
  await says(requester, { ...GREEN, active: true, documentsPut: cars });
  await says(owner, { ...SENT, active: true });
  return { owner, requester };
}

describe('An instance that stands by', () => {
  it('of the requester says what the active one says, and owes nothing to the lease', async () => {
    const { requester } = await running();
    const standby = parties.requester();
    await says(standby, { ...GREEN, active: false, carriedBy: 'another-instance' });
    await until(
      () => isDeepStrictEqual(shared(told(standby)), shared(told(requester))),
      () => JSON.stringify([shared(told(standby)), shared(told(requester))]),
    );
    await says(requester, { carriedBy: 'this-instance' });
  });

  it('of the owner says what the active one says', async () => {
    const { owner } = await running();
    const standby = parties.owner();
    await says(standby, { ...SENT, active: false, carriedBy: 'another-instance' });
    const { generation, databaseId, confirmedEtag, publishedEtag } = told(owner);
    await says(standby, { generation, databaseId, confirmedEtag, publishedEtag });
  });

  it('takes over without a step in its totals', async () => {
    const { requester } = await running();
    const standby = parties.requester();
    await says(standby, { carriedBy: 'another-instance', documentsPut: 50 });
    await parties.end(requester);
    await says(standby, { active: true });
    expect(told(standby).documentsPut).toBe(50);
    put(51, 60);
    await says(standby, { ...GREEN, documentsPut: 60 });
  });

  it('sees what another one applies, also as what nothing of the collection is in', async () => {
    await running();
    const standby = parties.requester();
    put(51, 80);
    await says(standby, { ...GREEN, documentsPut: 80, active: false });
    put(1, 40, 'Vans');
    const { lastEtag } = await parties.source.identify('');
    await says(standby, { ...GREEN, sourceEtag: lastEtag });
  });

  it('reports a move when another instance has applied something, not at each look', async () => {
    await running();
    const standby = parties.requester();
    await says(standby, { documentsPut: 50, active: false });
    const moved = jest.fn();
    standby.onMoved(moved);
    for (let look = 0; look < 5; look++) await standby.look(TASK);
    expect(moved).not.toHaveBeenCalled();
    put(51, 52);
    await says(standby, { documentsPut: 52 });
    expect(moved).toHaveBeenCalled();
  });

  it('is complete where the owner is away, by what the owner has put into the log', async () => {
    const { owner } = await running();
    await parties.end(owner);
    parties.answers = false;
    const standby = parties.requester();
    await says(standby, { complete: true, active: false });
  });
});

describe('While it lasts', () => {
  it('the owner leaves questions unanswered: what it has sent is applied without waiting for an answer', async () => {
    parties = new Parties();
    parties.answers = 'late';
    put(1, 50);
    await says(parties.owner(), { live: true, documentsRead: 50 });
    const requester = parties.requester();
    await says(requester, { documentsPut: 50, complete: false });
    put(51, 60);
    await says(requester, { documentsPut: 60, complete: false });
    const standby = parties.requester();
    await says(standby, { active: false, documentsPut: 60 });
    put(61, 70);
    for (const one of [requester, standby]) await says(one, { documentsPut: 70, complete: false });
  });

  it('no lease can be acquired: nobody carries it, on either side, and a copy is not known to move', async () => {
    const { owner, requester } = await running();
    const standby = parties.requester();
    await says(standby, GREEN);
    parties.leases.close();
    for (const one of [owner, requester, standby]) await says(one, { state: 'Waiting', carriedBy: 'nobody' });
    expect(told(requester).stalledBecause).toContain('no instance of this module is known to apply it');
    expect(told(standby).stalledBecause).not.toBeNull();
    expect(told(standby).complete).toBe(true);
    put(51, 60);
    await until(
      () => (told(owner).lag ?? 0) > 0,
      () => 'the owner says lag 0',
    );
    parties.leases.open();
    for (const one of [requester, standby]) await says(one, { ...GREEN, documentsPut: 60 });
    await says(owner, SENT);
  });

  it('NATS takes nothing: the same, although everyone holds what it held', async () => {
    const { owner, requester } = await running();
    parties.control.isReadOnly = true;
    for (const one of [owner, requester]) await says(one, { state: 'Waiting', carriedBy: 'nobody' });
    expect(told(requester).stalledBecause).not.toBeNull();
    parties.control.isReadOnly = false;
    await says(requester, GREEN);
    await says(owner, SENT);
  });

  it('the requester is off: its owner says how much is missing, and since when', async () => {
    const { owner, requester } = await running();
    await parties.end(requester);
    put(51, 250);
    await until(
      () => (told(owner).lag ?? 0) >= 200 && (told(owner).behindMs ?? 0) > 0,
      () => JSON.stringify(told(owner)),
    );
    const back = parties.requester();
    await says(back, { ...GREEN, documentsPut: 250 });
    await says(owner, SENT);
  });

  it('the log is full: what is read ahead of it does not count', async () => {
    parties = new Parties(3);
    const owner = parties.owner();
    const requester = parties.requester();
    await says(requester, { complete: true });
    await parties.end(requester);
    for (let i = 1; i <= 20; i++) {
      put(i, i);
      put(i, i, 'Vans');
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await says(owner, { state: 'Waiting' });
    const { lastEtag } = await parties.source.identify('');
    // The witness is raised at each new attempt, so the source continues by itself.
    await until(
      () => (told(owner).sourceEtag ?? 0) >= lastEtag,
      () => JSON.stringify(told(owner)),
    );
    expect(told(owner).lag).toBeGreaterThan(20);
    expect(told(owner).lastError).toContain('full');
  });

  it('the requester’s disk is full: both say what is missing, and every instance of it that it stands', async () => {
    const { owner, requester } = await running();
    const standby = parties.requester();
    await says(standby, { carriedBy: 'another-instance' });
    parties.target.full = true;
    put(51, 60);
    await says(requester, { state: 'Waiting', lastError: 'The disk of the target is full' });
    for (const one of [requester, standby]) {
      await until(
        () => told(one).stalledBecause !== null && (told(one).lag ?? 0) >= 10,
        () => JSON.stringify(told(one)),
      );
    }
    expect(told(owner).lag).toBeGreaterThanOrEqual(10);
    parties.target.full = false;
    for (const one of [requester, standby]) await says(one, { ...GREEN, documentsPut: 60 });
  });

  it('the owner is away: said, but what is here stays in service', async () => {
    const { owner, requester } = await running();
    // One that never said how far it is is not missed.
    await until(
      () => parties.control.values.has(sourceSubject('Fleet', 'HR')),
      () => 'the owner has said nothing',
    );
    await parties.end(owner);
    parties.answers = false;
    await says(requester, { state: 'Waiting', complete: true, stalledBecause: null });
    expect(told(requester).lastError).toMatch(/nothing has been heard from \w+ for \d+ s/);
    parties.answers = true;
    parties.owner();
    await says(requester, GREEN);
  });
});

describe('Versions, databases and words of others', () => {
  it('a newer version with another script leaves the older ones as complete as they were', async () => {
    const { requester } = await running();
    parties.deploy('v2');
    const newer = parties.requester('v2');
    await parties.end(requester);
    await says(newer, { ...GREEN, generation: 2 });
    const older = parties.requester('v1');
    // One that starts now with the old script cannot say that it has what it declares.
    await says(older, { complete: false });
  });

  it('an older version that runs stays complete while the newer one has everything copied again', async () => {
    const { requester } = await running();
    parties.deploy('v2');
    await says(requester, { generation: 2 });
    expect(told(requester)).toMatchObject({ complete: true, stalledBecause: null });
  });

  it('the owner’s database is another one: nothing is held against its etags', async () => {
    const { requester } = await running();
    const image = parties.source.backup();
    put(51, 70);
    await says(requester, { ...GREEN, documentsPut: 70 });
    parties.source.restore(image, 'db-2');
    const standby = parties.requester();
    await says(standby, { ...GREEN, databaseId: 'db-2', generation: 2 });
    await says(requester, { ...GREEN, databaseId: 'db-2', generation: 2 });
  });

  it('the board is lost, and filled again with nonsense', async () => {
    const { owner, requester } = await running();
    parties.control.lose();
    for (const subject of [sourceSubject('Fleet', 'HR'), appliedSubject(TASK), capturedSubject(TASK)]) {
      for (const value of [
        {},
        [],
        { lastEtag: 'x' },
        { state: 'Fine', at: 1 },
        { databaseId: 'd', lastEtag: NaN, at: 0 },
      ])
        await parties.control.publish(subject, value);
    }
    put(51, 60);
    const standby = parties.requester();
    for (const one of [requester, standby]) await says(one, { ...GREEN, documentsPut: 60 });
    await says(owner, SENT);
  });

  it('what is read of a first copy never is more than what there is, whatever is changed meanwhile', async () => {
    parties = new Parties();
    put(1, 600);
    const owner = parties.owner();
    const seen: { read: number; total: number }[] = [];
    for (let i = 1; i <= 100; i++) {
      put(i, i);
      const { documentsRead, documentsTotal } = told(owner);
      seen.push({ read: documentsRead, total: documentsTotal });
      await new Promise((resolve) => setImmediate(resolve));
    }
    put(1, 50);
    parties.requester();
    await says(owner, SENT);
    const { documentsRead, documentsTotal } = told(owner);
    seen.push({ read: documentsRead, total: documentsTotal });
    expect(seen.filter(({ read, total }) => read > total)).toEqual([]);
  });
});
