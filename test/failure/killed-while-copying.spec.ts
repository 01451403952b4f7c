import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { carCommands } from '../support/cars.ts';
import type { Member } from '../support/member.ts';
import { seededRandom, testSeed } from '../support/seeded-random.ts';
import { equal } from '../support/story-of-cars.ts';
import { ALL_PAIRS, describeOn, RAVENDB } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const BEFORE = 10_000;
const IN_FIRST_COPY = 2;
const PER_KILL = 1_250;

describeOn(ALL_PAIRS, 'Killed with SIGKILL in the middle of a copy', (pair) => {
  // The protocol is the same on each pair: the others are struck as often as shows that their store keeps it.
  const kills = pair === RAVENDB ? 10 : 4;
  const cars = BEFORE + (kills - IN_FIRST_COPY) * PER_KILL;
  const seed = testSeed();
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    world = await World.create('killed-while-copying', pair);
    fleet = await world.fleet();
    hr = await world.hr();
    await fleet.database.write(carCommands(1, BEFORE));
  });
  afterAll(() => world?.end());

  const copied = () => hr.database.count('Cars');
  const missing = async () => (await fleet.database.count('Cars')) - (await copied());

  /** Answers in the middle of the copy of what was there before HR. */
  const firstCopyRuns = async (): Promise<{ made: Promise<void> }> => {
    const before = await copied();
    await hr.until('copying', async () => (await copied()) > before, { intervalMs: 2 });
    return { made: Promise.resolve() };
  };

  /** Answers while cars that are made right now are copied; the promise inside is of the end of the making. */
  const streamRuns = async (from: number): Promise<{ made: Promise<void> }> => {
    await hr.until('up to date', async () => (await missing()) === 0, { intervalMs: 10 });
    return { made: makeSlowly(from) };
  };

  // Many small transactions, so that every kill meets a stream.
  const makeSlowly = async (from: number): Promise<void> => {
    for (let at = from; at < from + PER_KILL; at += 50) await fleet.database.write(carCommands(at, at + 49));
  };

  it(`${kills} times, either app (SPARK_TEST_SEED=${seed}): equal at the end, and nothing was applied twice`, async () => {
    const random = seededRandom(seed);
    const struck: number[] = [];
    fleet.start();
    hr.start();
    for (let kill = 0; kill < kills; kill += 1) {
      const victim = kill % 2 === 0 ? fleet : hr;
      const { made } =
        kill < IN_FIRST_COPY
          ? await firstCopyRuns()
          : await streamRuns(BEFORE + (kill - IN_FIRST_COPY) * PER_KILL + 1);
      await pause(random() * (kill < IN_FIRST_COPY ? 60 : 250));
      await victim.process.kill9();
      await made;
      struck.push(await missing());
      victim.start();
    }
    // Kills that come when nothing is on its way would show nothing.
    expect(struck.filter((left) => left > 0).length).toBeGreaterThanOrEqual(kills / 2);
    await Promise.all([fleet.ready(), hr.ready()]);
    await equal(fleet, hr);
    expect(await hr.database.documentsPut('fleet/hr/cars')).toBe(cars);
  });
});
