import { afterAll, afterEach, beforeAll, it } from '@jest/globals';
import { carCommands } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import { describeOnSmallDisks, smallDisk, type SmallDisk } from '../support/small-disk.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import { healed, saysSo } from '../support/while-it-lasts.ts';
import { World } from '../support/world.ts';

const FULL = /The disk of [^"]* is full: [\d.]+ MiB must be free there/;

describeOn([SQLITE], 'Each side with its file on its own disk', (pair) => {
  describeOnSmallDisks('that is full', () => {
    const disks: SmallDisk[] = [];
    let world: World;
    let fleet: Member;
    let hr: Member;

    const mount = (): SmallDisk => {
      const mounted = smallDisk(8);
      if (typeof mounted === 'string') throw new Error(mounted);
      disks.push(mounted);
      return mounted;
    };

    beforeAll(async () => {
      world = await World.create('store-disk-full', pair);
      fleet = await world.fleet(mount().path);
      hr = await world.hr(mount().path);
      await fleet.database.write(carCommands(1, 50));
      fleet.start();
      await hr.startReady();
      await healed(fleet, hr);
    });
    afterEach(() => disks.forEach((disk) => disk.empty()));
    afterAll(async () => {
      await world?.end();
      for (const disk of disks) disk.unmount();
    });

    it("the requester's: both say what is missing, and continue when there is room", async () => {
      disks[1]?.fill(0);
      await fleet.database.write(carCommands(51, 550));
      await Promise.all([
        saysSo(fleet, 'out', { ready: 200, lag: 'some', behindMs: 'some' }),
        saysSo(hr, 'in', { ready: 503, state: 'Waiting', lag: 'some', behindMs: 'some', because: FULL }),
      ]);
      disks[1]?.empty();
      await healed(fleet, hr);
    });

    it("the owner's: it is reported with the reason, writes are refused, what was copied stays in service, and everything continues when there is room", async () => {
      const car = { licensePlate: '1-CAR-9', model: 'Golf', year: 2024 };
      const make = (): Promise<number> =>
        fleet.ask('/cars', { method: 'POST', body: car }).then(({ status }) => status);
      disks[0]?.fill(0);
      await fleet.until('refusing writes', async () => (await make()) === 503);
      await Promise.all([
        saysSo(fleet, 'out', { because: FULL }),
        saysSo(hr, 'in', { ready: 200, complete: true }),
      ]);
      disks[0]?.empty();
      await fleet.until('taking writes', async () => (await make()) === 201);
      await healed(fleet, hr);
    });

    endsClean(() => [fleet, hr]);
  });
});
