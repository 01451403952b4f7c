import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { backupNats } from '../support/backup-nats.ts';
import { carCommands, range } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { loseStreams } from '../support/lose-streams.ts';
import { firstCopy } from '../support/first-copy.ts';
import type { Member } from '../support/member.ts';
import { equal } from '../support/story-of-cars.ts';
import { SAME_STORE_BY_DAY, describeOn } from '../support/stores/pairs.ts';
import type { World } from '../support/world.ts';

describeOn(SAME_STORE_BY_DAY, 'NATS with other data than before', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    ({ world, fleet, hr } = await firstCopy('nats-data', pair, 200));
  });
  afterAll(() => world?.end());

  it('lost while HR was stopped and 50 cars were deleted: they do not stay in HR', async () => {
    await hr.process.stop();
    const before = (await published(fleet)) ?? 0;
    await fleet.database.write(
      range(1, 50).map((number) => ({ id: `cars/${number}`, deleted: true as const })),
    );
    // From then on, its store is free to remove the deletes.
    await fleet.until('done publishing', async () => ((await published(fleet)) ?? 0) >= before + 50);
    await fleet.database.cleanTombstones();
    await fleet.process.stop();
    await fleet.database.cleanTombstones();
    await loseStreams(world.nats.url);
    await fleet.database.write(carCommands(201, 210));
    await fleet.startReady();
    await hr.startReady();
    await equal(fleet, hr);
    expect(await hr.database.count('Cars')).toBe(160);
  });

  it('lost while both run: changes go on arriving', async () => {
    await loseStreams(world.nats.url);
    await fleet.database.write(carCommands(301, 310));
    await equal(fleet, hr);
  });

  it('lost while both run: both are registered again, so that HR can ask Fleet where it is', async () => {
    await hr.until('able to ask Fleet', async () => {
      const { body } = await hr.operate<{ sourceReachable: boolean }>(
        '/spark/replication/Fleet/Cars/freshness',
      );
      return body.sourceReachable;
    });
  });

  it('restored from a backup while both run: changes go on arriving, and deletes stay deletes', async () => {
    const restore = await backupNats(world.nats);
    await fleet.database.write(carCommands(401, 450));
    await equal(fleet, hr);
    await fleet.database.write(
      range(401, 420).map((number) => ({ id: `cars/${number}`, deleted: true as const })),
    );
    await equal(fleet, hr);
    await restore();
    await fleet.database.write(carCommands(501, 510));
    await equal(fleet, hr);
  });

  endsClean(() => [fleet, hr]);
});

/** How far Fleet's changes are in the log: null until all of them are. */
async function published(fleet: Member): Promise<number | null> {
  const { body } = await fleet.operate<{ outgoing: { position: number; sourceEtag: number }[] }>(
    '/spark/replication',
  );
  const [task] = body.outgoing;
  return task && task.position >= task.sourceEtag ? task.position : null;
}
