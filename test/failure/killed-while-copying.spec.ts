import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setImmediate as breathe, setTimeout as pause } from 'node:timers/promises';
import { carCommands } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import { seededRandom, testSeed } from '../support/seeded-random.ts';
import { equal } from '../support/story-of-cars.ts';
import { ALL_PAIRS, describeOn, SAME_STORE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const BEFORE = 10_000;
/** Either app in the middle of the first copy. */
const IN_FIRST_COPY = 2;
/** Either app then, and either while changes are copied. */
const EACH_KIND = 4;
const KILLS = process.env['SPARK_COPY_KILLS'];
const AT_ONCE = 50;

describeOn(ALL_PAIRS, 'Killed with SIGKILL in the middle of a copy', (pair) => {
  // What a store does on its side is seen where both are on the same one: the mixed pairs are struck on either side.
  const kills = Number(KILLS ?? (SAME_STORE.includes(pair) ? EACH_KIND : IN_FIRST_COPY));
  const seed = testSeed();
  let world: World;
  let fleet: Member;
  let hr: Member;
  let made = 0;

  beforeAll(async () => {
    world = await World.create('killed-while-copying', pair);
    fleet = await world.fleet();
    hr = await world.hr();
    await make(BEFORE);
  });
  afterAll(() => world?.end());

  const make = async (cars: number): Promise<void> => {
    await fleet.database.write(carCommands(made + 1, made + cars));
    made += cars;
  };
  const copied = () => hr.database.count('Cars');
  const missing = async () => (await fleet.database.count('Cars')) - (await copied());

  /** Answers in the middle of the copy of what was there before HR: false when that has ended unseen. */
  const firstCopyRuns = async (): Promise<boolean> => {
    const before = await copied();
    const moved = async () => (await copied()) > before || (await missing()) === 0;
    await hr.until('copying', moved, { intervalMs: 2 });
    return (await missing()) > 0;
  };

  /** Kills while cars are made, and answers whether some were copied and some were not. */
  const killInStream = async (victim: Member, afterMs: number): Promise<boolean> => {
    await hr.until('up to date', async () => (await missing()) === 0, { intervalMs: 10 });
    const before = await copied();
    const killed = new AbortController();
    const making = (async () => {
      for (; !killed.signal.aborted; await breathe()) await make(AT_ONCE);
    })();
    await pause(afterMs);
    await victim.process.kill9();
    const struck = (await copied()) > before && (await missing()) > 0;
    killed.abort();
    await making;
    return struck;
  };

  it(`${kills} times, either app (SPARK_TEST_SEED=${seed}): equal at the end, and nothing was applied twice`, async () => {
    const random = seededRandom(seed);
    let struck = 0;
    fleet.start();
    hr.start();
    for (let kill = 0; kill < kills; kill += 1) {
      const victim = kill % 2 === 0 ? fleet : hr;
      if (kill < IN_FIRST_COPY && (await firstCopyRuns())) {
        await pause(random() * 60);
        await victim.process.kill9();
        if ((await missing()) > 0) struck += 1;
      } else if (await killInStream(victim, 50 + random() * 250)) struck += 1;
      victim.start();
    }
    // Kills that come when nothing is on its way would show nothing.
    expect(struck).toBeGreaterThan(0);
    await Promise.all([fleet.ready(), hr.ready()]);
    await equal(fleet, hr);
    expect(await hr.database.documentsPut('fleet/hr/cars')).toBe(made);
  });

  endsClean(() => [fleet, hr]);
});
