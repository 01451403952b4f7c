import { carCommands } from './cars.ts';
import type { Member } from './member.ts';
import { equal } from './story-of-cars.ts';
import type { Pair } from './stores/pairs.ts';
import { World } from './world.ts';

export interface FirstCopy {
  world: World;
  fleet: Member;
  hr: Member;
}

/**
 * A world in which both run, and HR has so many cars of Fleet's: those that were there before HR ever started.
 * @param natsUrl as for `World.create`
 */
export async function firstCopy(
  title: string,
  pair: Pair,
  cars: number,
  natsUrl?: string,
): Promise<FirstCopy> {
  const world = await World.create(title, pair, natsUrl);
  try {
    const fleet = await world.fleet();
    const hr = await world.hr();
    await fleet.database.write(carCommands(1, cars));
    fleet.start();
    await hr.startReady();
    await equal(fleet, hr);
    return { world, fleet, hr };
  } catch (error) {
    await world.end();
    throw error;
  }
}
