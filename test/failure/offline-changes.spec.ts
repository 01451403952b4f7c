import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carCommands, range } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { firstCopy } from '../support/first-copy.ts';
import type { Member } from '../support/member.ts';
import { equal } from '../support/story-of-cars.ts';
import { MIXED_BY_DAY, describeOn } from '../support/stores/pairs.ts';
import type { World } from '../support/world.ts';

describeOn(MIXED_BY_DAY, 'While one side is stopped', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    ({ world, fleet, hr } = await firstCopy('offline-changes', pair, 1_000));
  });
  afterAll(() => world?.end());

  const changeAndDelete = async (from: number): Promise<void> => {
    await fleet.database.write(carCommands(from, from + 499, { Color: `painted from ${from}` }));
    await fleet.database.write(
      range(from + 100, from + 149).map((number) => ({ id: `cars/${number}`, deleted: true as const })),
    );
    await fleet.database.cleanTombstones();
  };

  it('HR stopped, 500 cars changed, 50 deleted, tombstones cleaned: equal again when HR is back', async () => {
    await hr.process.stop();
    await changeAndDelete(1);
    await hr.startReady();
    await equal(fleet, hr);
    expect(await hr.database.count('Cars')).toBe(950);
  });

  it('Fleet stopped, 500 cars changed, 50 deleted, tombstones cleaned: equal again when Fleet is back', async () => {
    await fleet.process.stop();
    await changeAndDelete(501);
    await fleet.startReady();
    await equal(fleet, hr);
    expect(await hr.database.count('Cars')).toBe(900);
  });

  it('deleted again and again while tombstones are cleaned: nothing is left behind', async () => {
    for (const round of range(1, 5)) {
      await fleet.database.write(carCommands(2_000, 2_099, { Color: `round ${round}` }));
      await fleet.database.write(
        range(2_000, 2_099).map((number) => ({ id: `cars/${number}`, deleted: true as const })),
      );
      await fleet.database.cleanTombstones();
    }
    await equal(fleet, hr);
  });

  endsClean(() => [fleet, hr]);
});
