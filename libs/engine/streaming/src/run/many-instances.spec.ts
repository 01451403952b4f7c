import { isDeepStrictEqual } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Parties, told } from '../../testing/parties.ts';
import { until } from '../../testing/until.ts';
import type { ApplyReport } from '../task/reports.ts';
import type { ApplySupervisor } from './apply-supervisor.ts';

let parties: Parties;
let instances: ApplySupervisor[];
afterEach(() => parties.endAll());

const put = (from: number, to: number, V: unknown = 'x'): void => {
  for (let n = from; n <= to; n++) parties.source.put(`cars/${n}`, { V });
};
/** The totals that each instance last reported. To a monitoring system, a counter that decreases looks like a burst. */
let totals: Map<ApplySupervisor, number>;
let wentBack: string[];
const look = (): void => {
  for (const [at, one] of instances.entries()) {
    const { known, documentsPut, documentsDeleted } = told(one);
    const [before, now] = [totals.get(one) ?? 0, documentsPut + documentsDeleted];
    if (known && now < before) wentBack.push(`${at}: ${before}, then ${now}`);
    if (known) totals.set(one, now);
  }
};

const start = (): void => {
  look();
  const least = Math.max(0, ...totals.values());
  const one = parties.requester();
  totals.set(one, least);
  instances.push(one);
};
const endOne = async (): Promise<void> => {
  const first = instances.shift();
  if (first) await parties.end(first);
};
const copied = (count: number): Promise<void> =>
  until(
    () => {
      look();
      return parties.target.documents.size === count;
    },
    () => `there are ${parties.target.documents.size} copies`,
  );

/** What all have to say alike; each knows of itself who carries it, and what it met. */
const shared = ({
  active: _a,
  carriedBy: _c,
  errors: _e,
  appliedAt: _p,
  ...rest
}: ApplyReport & { appliedAt?: unknown }) => rest;

/** Further lives of the instances of one requester; in the end each has to know all. */
const LIVES: [string, () => Promise<void> | void][] = [
  [
    'three start at once, before anything was copied',
    () => {
      for (let n = 0; n < 3; n++) start();
      put(1, 20);
    },
  ],
  [
    'the second starts in the middle of a first copy',
    () => {
      put(1, 2_000);
      start();
      put(2_001, 2_050);
      start();
    },
  ],
  [
    'the one that carries ends in the middle of a first copy',
    async () => {
      put(1, 2_000);
      start();
      start();
      await endOne();
    },
  ],
  [
    'each is replaced twice, one by one, each new one first (surge)',
    async () => {
      put(1, 20);
      start();
      start();
      for (let n = 0; n < 4; n++) {
        start();
        put(21 + n, 21 + n);
        await endOne();
      }
    },
  ],
  [
    'one, three, one, three',
    async () => {
      put(1, 20);
      start();
      start();
      start();
      await copied(20);
      await endOne();
      await endOne();
      put(21, 30);
      start();
      start();
    },
  ],
  [
    'all end, and others start',
    async () => {
      put(1, 20);
      start();
      start();
      await copied(20);
      await endOne();
      await endOne();
      put(1, 30, 'changed');
      start();
      start();
    },
  ],
  [
    'the owner is away while two more start',
    async () => {
      put(1, 20);
      start();
      await copied(20);
      parties.answers = false;
      start();
      start();
      put(21, 22);
      await copied(22);
      parties.answers = true;
    },
  ],
  [
    'leases are lost for a while with three',
    async () => {
      put(1, 20);
      for (let n = 0; n < 3; n++) start();
      await copied(20);
      parties.leases.close();
      put(21, 40);
      await until(
        () => instances.every((one) => told(one).carriedBy === 'nobody'),
        () => 'somebody says that it carries',
      );
      parties.leases.open();
    },
  ],
  [
    'the board is lost with three',
    async () => {
      put(1, 20);
      for (let n = 0; n < 3; n++) start();
      await copied(20);
      parties.control.lose();
      put(21, 30);
    },
  ],
  [
    'the log is replaced, with two',
    async () => {
      put(1, 20);
      start();
      start();
      await copied(20);
      parties.log.recreate();
      put(21, 30);
    },
  ],
  [
    'only another collection changes while one starts',
    async () => {
      put(1, 20);
      start();
      await copied(20);
      for (let n = 1; n <= 50; n++) parties.source.put(`vans/${n}`, { V: n }, 'Vans');
      start();
    },
  ],
  [
    'all documents are deleted while one starts',
    async () => {
      put(1, 20);
      start();
      await copied(20);
      for (let n = 1; n <= 20; n++) parties.source.delete(`cars/${n}`);
      start();
    },
  ],
];

describe('Every instance of a requester knows what is complete and how fresh it is, whoever holds the lease', () => {
  it.each(LIVES)('%s', async (_what, live) => {
    parties = new Parties();
    instances = [];
    [totals, wentBack] = [new Map(), []];
    parties.owner();
    await live();
    const wrong = (): unknown[] => {
      const said = instances.map((one) => told(one));
      const { length } = parties.source.documents().filter(({ collection }) => collection === 'Cars');
      return [
        ...said.filter(
          ({ complete, state, lag, behindMs }) =>
            !complete || state !== 'Streaming' || lag !== 0 || behindMs !== 0,
        ),
        ...said.filter((one) => !isDeepStrictEqual(shared(one), shared(said[0] ?? one))),
        ...(said.filter(({ active }) => active).length === 1 ? [] : ['not one is active']),
        ...(parties.target.documents.size === length ? [] : ['not all is copied']),
      ];
    };
    await until(
      () => {
        look();
        return wrong().length === 0;
      },
      () => JSON.stringify([wrong(), instances.map((one) => told(one))]),
    );
    expect(wentBack).toEqual([]);
  });
});
