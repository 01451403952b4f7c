import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ServerHandle, startNats } from '@nestjs-spark/servers';
import { describeWithOwnServers } from '@nestjs-spark/servers/testing';
import { carCommands } from '../support/cars.ts';
import { clean } from '../support/clean.ts';
import { firstCopy } from '../support/first-copy.ts';
import type { Member } from '../support/member.ts';
import { describeOnSmallDisks, smallDisk, type SmallDisk } from '../support/small-disk.ts';
import { SQLITE } from '../support/stores/pairs.ts';
import { healed, saysSo } from '../support/while-it-lasts.ts';
import type { World } from '../support/world.ts';

describeWithOwnServers(['nats'], 'NATS with its data on a disk of 256 MiB', () => {
  describeOnSmallDisks('that is full', () => {
    let disk: SmallDisk;
    let nats: ServerHandle;
    let world: World;
    let fleet: Member;
    let hr: Member;

    beforeAll(async () => {
      const mounted = smallDisk(256);
      if (typeof mounted === 'string') throw new Error(mounted);
      disk = mounted;
      nats = await startNats({ dataDir: disk.path, log: () => undefined });
      ({ world, fleet, hr } = await firstCopy('nats-disk-full', SQLITE, 100, nats.url));
      await healed(fleet, hr);
    });
    afterAll(async () => {
      await world?.end();
      await nats?.stop();
      disk?.unmount();
    });

    it('both sides say so while it is, and go on once there is room and NATS was restarted', async () => {
      disk.fill(0);
      await fleet.database.write(carCommands(101, 400));
      const full = { ready: 503, state: 'Waiting', because: /stores nothing|JetStream/ } as const;
      await Promise.all([
        saysSo(fleet, 'out', { ...full, lag: 'some', behindMs: 'some' }),
        saysSo(hr, 'in', full),
      ]);
      disk.empty();
      await nats.restart();
      await healed(fleet, hr);
      expect(await hr.database.count('Cars')).toBe(400);
      await clean(fleet, hr);
    });
  });
});
