import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carCommands } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { firstCopy } from '../support/first-copy.ts';
import { giveLeaseAway } from '../support/give-lease-away.ts';
import type { Member } from '../support/member.ts';
import { onNats } from '../support/on-nats.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import { healed, saysSo, type WhileItLasts } from '../support/while-it-lasts.ts';
import type { World } from '../support/world.ts';

interface Fault {
  what: string;
  begin: () => Promise<unknown> | void;
  end: () => Promise<unknown> | void;
  /** What has to be said; null: that side does not run. */
  fleet: WhileItLasts | null;
  hr: WhileItLasts | null;
}

const GREEN: WhileItLasts = { ready: 200, state: 'Streaming' };
const LEASES = [
  { module: 'HR', name: 'apply.fleet.hr.cars' },
  { module: 'Fleet', name: 'capture.fleet.hr.cars' },
];
const BEHIND: WhileItLasts = { lag: 'some', behindMs: 'some' };

// Faults of the bus, the leases and the processes look the same on every store.
describeOn(
  [SQLITE],
  'While a fault lasts, both sides say so; and they are equal after it by themselves',
  (pair) => {
    let world: World;
    let fleet: Member;
    let hr: Member;
    let made = 200;

    beforeAll(async () => {
      ({ world, fleet, hr } = await firstCopy('says-so', pair, made));
      await healed(fleet, hr);
    });
    afterAll(() => world?.end());

    const makeCars = async (): Promise<void> => {
      await fleet.database.write(carCommands(made + 1, made + 100));
      made += 100;
    };

    const faults: Fault[] = [
      {
        what: 'HR is stopped while cars are made',
        begin: () => hr.process.stop(),
        end: () => hr.startReady(),
        fleet: { ...GREEN, ...BEHIND },
        hr: null,
      },
      {
        what: 'NATS is frozen',
        begin: () => world.nats.sigstop(),
        end: () => world.nats.sigcont(),
        fleet: { state: 'Waiting', ...BEHIND },
        hr: {
          ready: 503,
          state: 'Waiting',
          because: /no instance of this module is known to apply it|cannot be reached/,
        },
      },
      {
        what: 'NATS is away',
        begin: () => world.nats.kill9(),
        end: () => world.nats.restart(),
        fleet: { ready: 503, state: 'Waiting', ...BEHIND },
        hr: { ready: 503, state: 'Waiting' },
      },
      {
        what: 'nobody can have a lease',
        begin: async () => {
          await Promise.all(LEASES.map((lease) => giveLeaseAway(world.nats.url, lease, 3_600_000)));
          // Until it would renew its lease a carrier does not know, and carries on.
          const lost = { state: 'Waiting', carriedBy: 'nobody' } as const;
          await Promise.all([saysSo(fleet, 'out', lost), saysSo(hr, 'in', lost)]);
        },
        end: () => Promise.all(LEASES.map((lease) => giveLeaseAway(world.nats.url, lease, 0))),
        fleet: { ready: 200, state: 'Waiting', carriedBy: 'nobody', ...BEHIND },
        hr: {
          ready: 503,
          state: 'Waiting',
          carriedBy: 'nobody',
          ...BEHIND,
          because: /nobody holds its lease/,
        },
      },
      {
        what: 'the bucket of leases is deleted: nobody notices but those that take them again',
        begin: () =>
          onNats(world.nats.url, (connection) =>
            connection.use(({ jsm }) => jsm.streams.delete('KV_SPARK_LEASES')),
          ),
        end: () => undefined,
        fleet: {},
        hr: {},
      },
      {
        what: 'the board of control is deleted',
        begin: () =>
          onNats(world.nats.url, (connection) =>
            connection.use(({ jsm }) => jsm.streams.delete('SPARK_CONTROL')),
          ),
        end: () => undefined,
        fleet: {},
        hr: {},
      },
      {
        what: 'Fleet is asleep: HR serves what it has, and says that it hears nothing',
        begin: () => fleet.database.betweenWrites(() => fleet.process.signal('SIGSTOP')),
        end: () => fleet.process.signal('SIGCONT'),
        fleet: null,
        hr: {
          ready: 200,
          state: 'Waiting',
          complete: true,
          because: /nothing has been heard from Fleet \(http.+\) for \d+ s, since .+: check that Fleet runs/,
        },
      },
      {
        what: 'HR is asleep',
        begin: () => hr.process.signal('SIGSTOP'),
        end: () => hr.process.signal('SIGCONT'),
        fleet: { ...GREEN, ...BEHIND },
        hr: null,
      },
    ];

    it.each(faults)('$what', async (fault) => {
      await fault.begin();
      await makeCars();
      await Promise.all([
        fault.fleet && saysSo(fleet, 'out', fault.fleet),
        fault.hr && saysSo(hr, 'in', fault.hr),
      ]);
      await fault.end();
      await healed(fleet, hr);
      expect(await hr.database.documentsPut('fleet/hr/cars')).toBe(made);
    });

    endsClean(() => [fleet, hr]);
  },
);
