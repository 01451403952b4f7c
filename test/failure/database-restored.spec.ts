import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carCommands, differences, range } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { firstCopy } from '../support/first-copy.ts';
import type { Member } from '../support/member.ts';
import { equal } from '../support/story-of-cars.ts';
import { SAME_STORE, describeOnOwn } from '../support/stores/pairs.ts';
import type { World } from '../support/world.ts';

describeOnOwn(SAME_STORE, 'A database restored from a backup, under the same id', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    ({ world, fleet, hr } = await firstCopy('database-restored', pair, 100));
  });
  afterAll(() => world?.end());

  /** Fifty cars are made, some changed and ten deleted after the backup, and all of it has arrived. */
  const later = async (from: number): Promise<void> => {
    await fleet.database.write(carCommands(from + 100, from + 149));
    await fleet.database.write(carCommands(from, from + 9, { Color: 'after the backup' }));
    await fleet.database.write(
      range(from + 10, from + 19).map((number) => ({ id: `cars/${number}`, deleted: true as const })),
    );
    await equal(fleet, hr);
  };

  /** One of both is stopped, and its database is as it was before what came later. */
  const putBack = async (member: Member, from: number): Promise<void> => {
    await member.process.stop();
    const restore = await member.database.backup();
    await member.startReady();
    await later(from);
    await member.process.stop();
    await restore();
  };

  it.each([
    ['before anything else is written', 0],
    ['after more was written than had been lost', 300],
  ])('Fleet’s: HR has what the backup has, even when Fleet starts %s', async (_, written) => {
    const before = await hr.database.count('Cars');
    await putBack(fleet, 1);
    await fleet.database.write(carCommands(1_001, 1_000 + written));
    await fleet.startReady();
    await equal(fleet, hr);
    expect(await hr.database.count('Cars')).toBe(before + written);
  });

  it('HR’s: it has everything again before it says ready', async () => {
    await putBack(hr, 21);
    await hr.startReady();
    expect(await differences(fleet.database, hr.database)).toEqual([]);
  });

  it('both, of different times: they are equal again', async () => {
    await Promise.all([fleet.process.stop(), hr.process.stop()]);
    const restoreFleet = await fleet.database.backup();
    await Promise.all([fleet.startReady(), hr.startReady()]);
    await fleet.database.write(carCommands(81, 90, { Color: 'between the backups' }));
    await equal(fleet, hr);
    await hr.process.stop();
    const restoreHr = await hr.database.backup();
    await hr.startReady();
    await later(41);
    await Promise.all([fleet.process.stop(), hr.process.stop()]);
    await Promise.all([restoreFleet(), restoreHr()]);
    await fleet.database.write(carCommands(2_001, 2_300));
    await Promise.all([fleet.startReady(), hr.startReady()]);
    await equal(fleet, hr);
  });

  endsClean(() => [fleet, hr]);
});
