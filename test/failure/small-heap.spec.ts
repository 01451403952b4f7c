import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { carCommands } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { PATIENCE_MS, type Member } from '../support/member.ts';
import { describeOn, ONE_BY_DAY } from '../support/stores/pairs.ts';
import { healed, saysSo } from '../support/while-it-lasts.ts';
import { World } from '../support/world.ts';

const PAGE = join(import.meta.dirname, '../../docs/operating/memory.md');
/** In megabytes, as users are told. */
const [, least = '', tooLittle = ''] =
  /The minimum heap is (\d+) MB .*? With (\d+) MB a requester cannot/.exec(readFileSync(PAGE, 'utf8')) ?? [];
const LARGE = 'x'.repeat(2_000_000);

describeOn(
  ONE_BY_DAY,
  `Ten documents of 2 MB, and the minimum heap of the page on memory (${least} MB)`,
  (pair) => {
    let world: World;
    let fleet: Member;
    let hr: Member;

    const heap = (megabytes: string) => ({ NODE_OPTIONS: `--max-old-space-size=${megabytes}` });

    beforeAll(async () => {
      world = await World.create('small-heap', pair);
      fleet = await world.fleet();
      hr = await world.hr();
      await fleet.database.write(carCommands(1, 20));
      fleet.start(heap(least));
      await hr.startReady(heap(least));
      await healed(fleet, hr);
    });
    afterAll(() => world?.end());

    it('are copied with it on both sides', async () => {
      await fleet.database.write(carCommands(1, 10, { Model: LARGE }));
      await healed(fleet, hr);
      expect([fleet.process.running, hr.process.running]).toEqual([true, true]);
    });

    it('end a requester that has less: its owner reports what is missing, and all of it arrives once the requester has enough again', async () => {
      await hr.process.stop();
      await fleet.database.write(carCommands(11, 20, { Model: LARGE }));
      hr.start(heap(tooLittle));
      await eventually(() => expect(hr.process.ended).toBe('SIGABRT'), { timeoutMs: PATIENCE_MS });
      await saysSo(fleet, 'out', { ready: 200, state: 'Streaming', lag: 'some', behindMs: 'some' });
      hr.start(heap(least));
      await healed(fleet, hr);
    });

    endsClean(() => [fleet, hr]);
  },
);
