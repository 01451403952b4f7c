import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, it } from '@jest/globals';
import { Parties, told } from '../../testing/parties.ts';
import { until } from '../../testing/until.ts';
import type { ApplyReport, CaptureReport } from '../task/reports.ts';
import type { ApplySupervisor } from './apply-supervisor.ts';
import type { CaptureSupervisor } from './capture-supervisor.ts';

/** Which instances run; a fault may end some and start others. */
interface Standing {
  parties: Parties;
  owners: CaptureSupervisor[];
  requesters: ApplySupervisor[];
}

interface Fault {
  what: string;
  begin: (standing: Standing) => unknown;
  end: (standing: Standing) => unknown;
  /** Sets that fit into the log. */
  room?: number;
  /** What HR has when it begins: everything, or nothing because it never ran. */
  from?: 'the start';
}

let parties: Parties;
afterEach(() => parties.endAll());

const put = (from: number, to: number, V: unknown = 'x'): void => {
  for (let n = from; n <= to; n++) parties.source.put(`cars/${n}`, { V });
};

const endFirst = async (instances: (ApplySupervisor | CaptureSupervisor)[]): Promise<void> => {
  const first = instances.shift();
  if (first) await parties.end(first);
};

const leases: Pick<Fault, 'begin' | 'end'> = {
  begin: () => parties.leases.close(),
  end: () => parties.leases.open(),
};
const board: Pick<Fault, 'begin' | 'end'> = {
  begin: () => (parties.control.isReadOnly = true),
  end: () => (parties.control.isReadOnly = false),
};
const full: Pick<Fault, 'begin' | 'end'> = {
  begin: () => (parties.target.full = true),
  end: () => (parties.target.full = false),
};
const targetAway: Pick<Fault, 'begin' | 'end'> = {
  begin: () => (parties.target.isAway = true),
  end: () => (parties.target.isAway = false),
};
const sourceAway: Pick<Fault, 'begin' | 'end'> = {
  begin: () => (parties.source.isAway = true),
  end: () => (parties.source.isAway = false),
};
const off: Pick<Fault, 'begin' | 'end'> = {
  begin: async ({ requesters }) => {
    while (requesters.length > 0) await endFirst(requesters);
  },
  end: ({ requesters }) => requesters.push(parties.requester()),
};
const unowned: Pick<Fault, 'begin' | 'end'> = {
  begin: async ({ owners }) => {
    parties.answers = false;
    while (owners.length > 0) await endFirst(owners);
  },
  end: ({ owners }) => {
    parties.answers = true;
    owners.push(parties.owner());
  },
};

/** Both at once. */
const and = (
  one: Pick<Fault, 'begin' | 'end'>,
  other: Pick<Fault, 'begin' | 'end'>,
): Pick<Fault, 'begin' | 'end'> => ({
  begin: async (standing) => {
    await one.begin(standing);
    await other.begin(standing);
  },
  end: async (standing) => {
    await one.end(standing);
    await other.end(standing);
  },
});

/** With something that happens while it lasts. */
const then = (
  fault: Pick<Fault, 'begin' | 'end'>,
  more: (standing: Standing) => unknown,
): Pick<Fault, 'begin' | 'end'> => and(fault, { begin: more, end: () => undefined });

const restartedHr = async ({ requesters }: Standing): Promise<void> => {
  await endFirst(requesters);
  requesters.push(parties.requester());
};
const restartedFleet = async ({ owners }: Standing): Promise<void> => {
  await endFirst(owners);
  owners.push(parties.owner());
};
const anotherHr = ({ requesters }: Standing): unknown => requesters.push(parties.requester());

const FAULTS: Fault[] = [
  { what: 'no lease can be obtained, and HR is started once more', ...then(leases, anotherHr) },
  { what: 'no lease can be obtained, and HR restarts', ...then(leases, restartedHr) },
  { what: 'no lease can be obtained, and Fleet restarts', ...then(leases, restartedFleet) },
  { what: 'no lease can be obtained from the start', ...leases, from: 'the start' },
  { what: 'no lease can be obtained, nor anything be published', ...and(leases, board) },
  { what: 'nothing can be published, and HR restarts', ...then(board, restartedHr) },
  { what: 'nothing can be published, and Fleet restarts', ...then(board, restartedFleet) },
  { what: 'nothing can be published, and HR’s disk is full', ...and(board, full) },
  { what: 'HR is off, and Fleet restarts', ...then(off, restartedFleet) },
  { what: 'HR is off, and all it has is deleted', ...then(off, () => deleteAll()) },
  { what: 'HR is off, and the log is too small for what changes', ...off, room: 2 },
  { what: 'HR is off, and no lease can be obtained', ...and(off, leases) },
  { what: 'HR’s disk is full from the start', ...full, from: 'the start' },
  { what: 'HR’s disk is full, and HR restarts', ...then(full, restartedHr) },
  { what: 'HR’s disk is full, and the log, too', ...full, room: 2 },
  { what: 'HR’s disk is full, and Fleet ends', ...and(full, unowned) },
  { what: 'HR’s database is away', ...targetAway },
  { what: 'HR’s database is away, and HR is started once more', ...then(targetAway, anotherHr) },
  { what: 'HR’s database is away, and the log is full', ...targetAway, room: 2 },
  { what: 'Fleet’s database is away', ...sourceAway },
  { what: 'Fleet’s database is away, and Fleet restarts', ...then(sourceAway, restartedFleet) },
  { what: 'Fleet’s database is away, and so is HR’s', ...and(sourceAway, targetAway) },
  { what: 'Fleet has ended', ...unowned },
  { what: 'Fleet has ended, and HR restarts', ...then(unowned, restartedHr) },
  {
    what: 'HR is off, and its script has changed when it is back',
    ...then(off, () => parties.deploy('v2')),
  },
];

function deleteAll(): void {
  for (let n = 1; n <= 30; n++) parties.source.delete(`cars/${n}`);
}

/** An instance that says of itself that nothing is missing. */
const isGreen = (said: ApplyReport | CaptureReport): boolean =>
  said.state === 'Streaming' && said.lag === 0 && said.behindMs === 0 && said.lastError === null;
const everyIsGreen = ({ owners, requesters }: Standing): boolean =>
  [...owners.map((one) => told(one)), ...requesters.map((one) => told(one))].every(isGreen);
const saidBy = ({ owners, requesters }: Standing): string =>
  JSON.stringify([owners.map((one) => told(one)), requesters.map((one) => told(one))]);

const isEqual = (): boolean => {
  const wanted = parties.source.documents().map(({ id, fields }) => [id, fields.V]);
  const there = [...parties.target.documents.values()].map(({ id, fields }) => [id, fields['V']]);
  return isDeepStrictEqual(Object.fromEntries(there), Object.fromEntries(wanted));
};

describe('While copying stands still no instance says that all is well; when the fault is over all do, and both sides are equal', () => {
  it.each(FAULTS)('$what', async (fault) => {
    parties = new Parties(fault.room);
    const standing: Standing = { parties, owners: [parties.owner()], requesters: [] };
    put(1, 30);
    if (fault.from !== 'the start') {
      standing.requesters.push(parties.requester(), parties.requester());
      await until(
        () => everyIsGreen(standing) && isEqual(),
        () => `at first ${saidBy(standing)}`,
      );
    }
    await fault.begin(standing);
    if (fault.from === 'the start') standing.requesters.push(parties.requester(), parties.requester());
    for (let n = 31; n <= 60; n++) {
      put(n, n);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const { owners, requesters } = standing;
    // HR cannot know what an owner has not sent that says nothing; but it says that it hears nothing.
    await until(
      () => ![...owners.map((one) => told(one)), ...requesters.map((one) => told(one))].some(isGreen),
      () => `somebody says that all is well: ${saidBy(standing)}`,
    );
    await fault.end(standing);
    await until(
      () => everyIsGreen(standing) && isEqual(),
      () => `after it ${saidBy(standing)}`,
    );
  });
});
