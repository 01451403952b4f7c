import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carCommands } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import { equal } from '../support/story-of-cars.ts';
import { describeOn, RAVENDB } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const BEFORE = 10_000;
const PER_SLEEP = 1_000;

describeOn([RAVENDB], 'Two instances of each, one asleep for longer than its leases last', (pair) => {
  let world: World;
  let fleets: [Member, Member];
  let hrs: [Member, Member];

  beforeAll(async () => {
    world = await World.create('asleep', pair);
    fleets = [await world.fleet(), await world.fleet()];
    hrs = [await world.hr(), await world.hr()];
    await fleets[0].database.write(carCommands(1, BEFORE));
  });
  afterAll(() => world?.end());

  it('the other goes on, and what the sleeper had in its hands is not written when it wakes', async () => {
    const [fleet, hr] = [fleets[0], hrs[0]];
    for (const member of [...fleets, ...hrs]) member.start();
    await hr.until('copying', async () => (await hr.database.count('Cars')) > 0, { intervalMs: 2 });
    // Whoever holds a lease is asleep in one of the two rounds.
    for (const [round, sleepers] of [
      [fleets[0], hrs[0]],
      [fleets[1], hrs[1]],
    ].entries()) {
      for (const { process } of sleepers) process.signal('SIGSTOP');
      const from = BEFORE + round * 2 * PER_SLEEP + 1;
      await fleet.database.write(carCommands(from, from + PER_SLEEP - 1));
      await equal(fleets[1 - round] ?? fleet, hrs[1 - round] ?? hr);
      for (const { process } of sleepers) process.signal('SIGCONT');
      await fleet.database.write(carCommands(from + PER_SLEEP, from + 2 * PER_SLEEP - 1));
      await equal(fleet, hr);
    }
    expect(await hr.database.documentsPut('fleet/hr/cars')).toBe(BEFORE + 4 * PER_SLEEP);
  });

  endsClean(() => [fleets[0], hrs[0]]);
});
