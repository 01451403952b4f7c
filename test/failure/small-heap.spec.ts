import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { carCommands } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { PATIENCE_MS, type Member } from '../support/member.ts';
import { describeOn, ONE_BY_DAY } from '../support/stores/pairs.ts';
import type { StoreCommand, StoredDocument } from '../support/stores/test-database.ts';
import { healed, saysSo } from '../support/while-it-lasts.ts';
import { World } from '../support/world.ts';

const PAGE = join(import.meta.dirname, '../../docs/operating/memory.md');
/** In megabytes, as users are told. */
const [, least = '', tooLittle = ''] =
  /The minimum heap is (\d+) MB .*? With (\d+) MB a requester cannot/.exec(readFileSync(PAGE, 'utf8')) ?? [];
const LARGE = 'x'.repeat(2_000_000);

const ten = (changes: StoredDocument): StoreCommand[] => carCommands(1, 10, changes);
const fields = (count: number): StoredDocument =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`Field${n}`, n]));

/** Further loads, each written in these steps. */
const LOADS: [what: string, steps: StoreCommand[][]][] = [
  ['ten of 2 MB, three times', ['a', 'b', 'c'].map((end) => ten({ Model: LARGE + end }))],
  ['ten of 2 MB in letters of two bytes', [ten({ Model: 'ä'.repeat(1_000_000) })]],
  ['ten of 2 MB in letters of three bytes', [ten({ Model: '車'.repeat(666_000) })]],
  ['ten of 2 MB in emoji', [ten({ Model: '😀'.repeat(500_000) })]],
  ['ten of 2 MB in signs that JSON writes as two', [ten({ Model: '"'.repeat(1_000_000) })]],
  ['ten of 2 MB in signs that JSON writes as six', [ten({ Model: '\u0001'.repeat(330_000) })]],
  ['ten of 2 MB that the script does not read', [ten({ Notes: LARGE })]],
  ['ten of 50,000 fields', [ten(fields(50_000))]],
  ['ten of 200,000 numbers', [ten({ Numbers: Array.from({ length: 200_000 }, (_, n) => n / 7) })]],
  ['one of 4 MB', [carCommands(1, 1, { Model: LARGE + LARGE })]],
  ['thirty of 700 KB', [carCommands(1, 30, { Model: 'y'.repeat(700_000) })]],
  [
    'a thousand of 20 KB, and then none of them',
    [
      carCommands(1_001, 2_000, { Model: 'z'.repeat(20_000) }),
      carCommands(1_001, 2_000).map(({ id }) => ({ id, deleted: true })),
    ],
  ],
  [
    'ten of 2 MB that are deleted at once',
    [ten({ Model: LARGE }), ten({}).map(({ id }) => ({ id, deleted: true }))],
  ],
];

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

    it.each(LOADS)('and so are %s', async (_what, steps) => {
      for (const step of steps) await fleet.database.write(step);
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
