import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { carCommands, differences } from '../support/cars.ts';
import { clean } from '../support/clean.ts';
import { ask } from '../support/http.ts';
import { type Member, PATIENCE_MS } from '../support/member.ts';
import type { TestDatabase } from '../support/stores/test-database.ts';
import { loseStreams } from '../support/lose-streams.ts';
import { equal } from '../support/story-of-cars.ts';
import { describeOn, SAME_STORE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

describeOn(SAME_STORE, 'A lost database is replaced beside the same NATS', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    world = await World.create('databases-replaced', pair);
    fleet = await world.fleet();
    hr = await world.hr();
  });
  afterAll(() => world?.end());

  /** Both are stopped, behind a first and complete copy of so many cars, with nothing of an earlier test in NATS. */
  const afterACopyOf = async (cars: number): Promise<void> => {
    await Promise.all([fleet.process.stop(), hr.process.stop()]);
    await loseStreams(world.natsUrl);
    await Promise.all([replace(fleet.database), replace(hr.database)]);
    await fleet.database.write(carCommands(1, cars));
    fleet.start();
    await hr.startReady();
    await equal(fleet, hr);
    await Promise.all([fleet.process.stop(), hr.process.stop()]);
  };

  /** Starts both and answers what was missing in the moment in which HR said ready for the first time. */
  const missingWhenReady = async (): Promise<string[]> => {
    fleet.start();
    hr.start();
    return eventually(
      async () => {
        const { status, body } = await ask(`${hr.url}/health/ready`);
        if (status === 200) return differences(fleet.database, hr.database);
        throw new Error(JSON.stringify(body));
      },
      { timeoutMs: PATIENCE_MS, intervalMs: 2 },
    );
  };

  it('HR’s: everything is copied again before HR says ready', async () => {
    await afterACopyOf(100);
    await replace(hr.database);
    expect(await missingWhenReady()).toEqual([]);
    await clean(fleet, hr);
  });

  // Goes on with the copy of the test before.
  it('Fleet’s, with other cars: HR gets those and drops the old ones', async () => {
    expect(await hr.database.count('Cars')).toBe(100);
    await Promise.all([fleet.process.stop(), hr.process.stop()]);
    await replace(fleet.database);
    await fleet.database.write(carCommands(51, 150, { Color: 'new' }));
    await missingWhenReady();
    await equal(fleet, hr);
    expect(await hr.database.count('Cars')).toBe(100);
    await clean(fleet, hr);
  });

  it('both, while sets of the old one wait in the log: only the new one counts', async () => {
    await afterACopyOf(10);
    fleet.start();
    await fleet.live();
    await fleet.database.write(carCommands(11, 1_000, { Color: 'old' }));
    await fleet.until('done with publishing', async () => {
      const { body } = await fleet.operate<{ outgoing: { position: number; sourceEtag: number }[] }>(
        '/spark/replication',
      );
      const [task] = body.outgoing;
      return task !== undefined && task.sourceEtag !== null && task.position >= task.sourceEtag;
    });
    await fleet.process.kill9();
    await Promise.all([replace(fleet.database), replace(hr.database)]);
    await fleet.database.write(carCommands(2_001, 2_020, { Color: 'new' }));
    expect(await missingWhenReady()).toEqual([]);
    expect(await hr.database.count('Cars')).toBe(20);
    await clean(fleet, hr);
  });

  // The log of an empty copy is one set that covers all from the first etag: nothing in it shows that it is old.
  it.each([100, 0])(
    'both, after a copy of %d cars: what an old log says is not taken for complete',
    async (cars) => {
      await afterACopyOf(cars);
      await Promise.all([replace(fleet.database), replace(hr.database)]);
      await fleet.database.write(carCommands(1, 1_000, { Color: 'new' }));
      expect((await missingWhenReady()).length).toBe(0);
      await clean(fleet, hr);
    },
  );
});

async function replace(database: TestDatabase): Promise<void> {
  await database.drop();
  await database.create();
}
