import { taskName } from '@nestjs-spark/contracts';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { idKey, ravenKey, refusedId, unsettledId, type IdRule } from '@nestjs-spark/contracts/internal';
import { describeWithServers, type NeededServer, eventually } from '@nestjs-spark/servers/testing';
import { ravendb } from '../conformance/adapters/ravendb.ts';
import { sqlite } from '../conformance/adapters/sqlite.ts';
import type { StoreUnderTest } from '../conformance/adapters/store-under-test.ts';
import { testSeed } from '../support/seeded-random.ts';
import { StreamedPair } from '../support/streamed-pair.ts';
import { UNUSUAL_IDS } from './unusual-ids.ts';

jest.setTimeout(180_000);

const NEEDS: readonly NeededServer[] = ['ravendb', 'nats'];
const RUNS = Number(process.env['SPARK_ID_RUNS'] ?? 3);
const RULES: Record<string, IdRule> = { RavenDB: 'ravendb', SQLite: 'sqlite' };
const SCRIPTS = {
  Cars: 'loadToCars({ V: this.V })',
  People: 'loadToPeople({ V: this.V })',
};

const PAIRS: readonly [StoreUnderTest, StoreUnderTest][] = [
  [ravendb, ravendb],
  [ravendb, sqlite],
  [sqlite, ravendb],
  [sqlite, sqlite],
];

/** Letters that languages and libraries fold differently: Turkish, Greek, German, signs, ligatures, titles, wide, Georgian, Cherokee, Deseret. */
const LETTERS = [
  ...'İiIıΣσςÄäÅåßẞﬀﬁＡａǅǆǄႠⴀაᲐᎠꭰÉéȺⱥµμ',
  '\u212a', // Kelvin sign
  'k',
  'K',
  '\u212b', // Angstrom sign
  'e\u0301',
  'A\u030a',
  '𐐀',
  '𐐨',
];
const letter = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...LETTERS) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
);
const name = fc.array(letter, { minLength: 1, maxLength: 3 }).map((letters) => letters.join(''));

interface Step {
  names: string[];
  /** Which of them are deleted afterwards, by place. */
  deleted: number[];
  away: 'owner' | 'requester' | 'nobody';
}
const step: fc.Arbitrary<Step> = fc.record({
  names: fc.array(name, { minLength: 4, maxLength: 12 }),
  deleted: fc.array(fc.nat(20), { maxLength: 10 }),
  away: fc.constantFrom('owner', 'requester', 'nobody', 'nobody'),
});

/** The owner's documents as its store has them. */
class Owned {
  readonly #documents = new Map<string, { id: string; v: number }>();
  readonly #pair: StreamedPair;
  readonly #rule: IdRule;
  #written = 0;

  constructor(pair: StreamedPair, rule: IdRule) {
    this.#pair = pair;
    this.#rule = rule;
  }

  async put(id: string): Promise<void> {
    const v = ++this.#written;
    await this.#pair.owner.put(id, 'Cars', `{"V":${v}}`);
    this.#documents.set(idKey(this.#rule, id), { id, v });
  }

  async delete(id: string): Promise<void> {
    await this.#pair.owner.delete(id);
    this.#documents.delete(idKey(this.#rule, id));
  }

  all(): { id: string; v: number }[] {
    return [...this.#documents.values()];
  }
}

for (const [owner, requester] of PAIRS) {
  describeWithServers(NEEDS, `Ids from ${owner.name} to ${requester.name}`, () => {
    const ownerRule = RULES[owner.name] as IdRule;
    const requesterRule = RULES[requester.name] as IdRule;
    let pair: StreamedPair;
    let owned: Owned;

    beforeAll(async () => {
      pair = await StreamedPair.open(owner, requester, SCRIPTS);
      owned = new Owned(pair, ownerRule);
      await pair.settle();
    });
    afterAll(() => pair?.drop());

    const isForeign = (id: string): boolean =>
      refusedId(id) !== null || (ownerRule + requesterRule !== 'sqlitesqlite' && unsettledId(id) !== null);

    /** What is wrong with a task's copies, in words. */
    const faults = async (task: keyof typeof SCRIPTS): Promise<string[]> => {
      const there = await pair.copies(task);
      const aside = await pair.setAside(task);
      const isAside = (id: string): boolean => aside.has(id);
      const found: string[] = [];
      const groups = Map.groupBy(owned.all(), ({ id }) => idKey(requesterRule, id));
      const counted = new Set<object>();
      for (const group of groups.values()) {
        const takers = group.filter(({ id }) => !isForeign(id));
        const copies = there.filter(({ source }) =>
          takers.some(({ id }) => idKey(ownerRule, id) === idKey(ownerRule, source)),
        );
        for (const copy of copies) counted.add(copy);
        const [copy, ...more] = copies;
        const wanted = takers.find(
          ({ id }) => copy && idKey(ownerRule, id) === idKey(ownerRule, copy.source),
        );
        if (more.length > 0 || (takers.length > 0 && !copy))
          found.push(`${copies.length} copies of ${JSON.stringify(takers.map(({ id }) => id))}`);
        if (copy && copy.fields['V'] !== wanted?.v) found.push(`${JSON.stringify(copy)} is not ${wanted?.v}`);
        if (copy && !ravenKey(copy.id).startsWith(ravenKey(copy.source)))
          found.push(`${copy.id} is of ${copy.source}`);
        for (const { id } of group)
          if (id !== wanted?.id && !isAside(id)) found.push(`${JSON.stringify(id)} is not set aside`);
        if (wanted && isAside(wanted.id)) found.push(`${JSON.stringify(wanted.id)} is set aside and copied`);
      }
      for (const copy of there) if (!counted.has(copy)) found.push(`${JSON.stringify(copy)} is left behind`);
      return found;
    };

    /** What waited for another document that is gone by now gets through when it is sent again. */
    const allGetThrough = async (): Promise<void> => {
      for (const task of ['Cars', 'People'] as const) {
        await pair.sendAgain(task, [...(await pair.setAside(task)).keys()]);
      }
      await pair.settle();
    };

    it('are those of the same documents, whatever letters they have, put and deleted while any side is away', async () => {
      const seed = testSeed();
      process.stdout.write(`ids from ${owner.name} to ${requester.name}: SPARK_TEST_SEED=${seed}\n`);
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 3 }), async (steps) => {
          const prefix = `r${run++}/`;
          for (const { names, deleted, away } of steps) {
            if (away === 'owner') await pair.stopOwner();
            if (away === 'requester') await pair.stopRequester();
            const ids = [...new Set(names.map((one) => prefix + one))].filter((id) => id.isWellFormed());
            for (const id of ids) if (owner.name === 'SQLite' || refusedId(id) === null) await owned.put(id);
            for (const at of deleted) {
              const id = ids[at % ids.length];
              if (id !== undefined && refusedId(id) === null) await owned.delete(id);
            }
            if (away === 'owner') pair.startOwner();
            if (away === 'requester') pair.startRequester();
            await pair.settle();
          }
          await allGetThrough();
          for (const task of ['Cars', 'People'] as const) expect(await faults(task)).toEqual([]);
        }),
        { seed, numRuns: RUNS, endOnFailure: true },
      );
    });

    describe('that other programs gave their documents', () => {
      const given = UNUSUAL_IDS.filter(({ refused }) => owner.name === 'SQLite' || refused === undefined);
      let copies: Map<string, number>;
      let aside: Map<string, string>;

      beforeAll(async () => {
        for (const { id } of given) await owned.put(id);
        await pair.settle();
        copies = new Map((await pair.copies('Cars')).map(({ id, fields }) => [id, Number(fields['V'])]));
        aside = await pair.setAside('Cars');
      });

      it.each(given)('$what', ({ id, refused }) => {
        if (refused === undefined) {
          expect(copies.get(id)).toBe(owned.all().find((one) => one.id === id)?.v);
          expect(aside.has(id)).toBe(false);
        } else {
          expect(copies.has(id)).toBe(false);
          expect(aside.get(id)).toContain(refused);
        }
      });

      it('stand nowhere else, and go with their documents', async () => {
        expect(await faults('Cars')).toEqual([]);
        for (const { id } of given) await owned.delete(id);
        await pair.settle();
        expect(await faults('Cars')).toEqual([]);
        // An entry goes after its delete was applied, so that nothing is lost in between.
        await eventually(async () => {
          const left = await pair.setAside('Cars');
          expect(given.filter(({ id }) => left.has(id))).toEqual([]);
        });
      });
    });

    it('count as deleted when a copy is deleted, including by a prefix, and only then', async () => {
      const before = [await pair.checkpoint('Cars'), await pair.checkpoint('People')];
      for (const id of ['count/İ', 'count/ΟΔΟΣ', 'count/a']) await owned.put(id);
      await pair.settle();
      await owned.put('count/a');
      for (const id of ['count/İ', 'count/ΟΔΟΣ']) await owned.delete(id);
      await pair.settle();
      const after = [await pair.checkpoint('Cars'), await pair.checkpoint('People')];
      const deleted = after.map(
        (one, at) => (one?.documentsDeleted ?? 0) - (before[at]?.documentsDeleted ?? 0),
      );
      expect(deleted).toEqual([2, 2]);
    });

    it('that an older version could not find again go after the first start of this one', async () => {
      await owned.put('left/ä');
      await pair.settle();
      await pair.stopRequester();
      const generation = (await pair.checkpoint('Cars'))?.generation ?? 0;
      const { owner: from, requester: to } = pair.task('Cars');
      const marks = {
        'spark-source': `${from}/left/İ`,
        'spark-etag': '1',
        'spark-generation': `${to}/cars:${generation}`,
      };
      await pair.requester.put('left/İ', 'Cars', '{"V":0}', marks);
      await forgetRule(pair, 'Cars');
      pair.startRequester();
      await pair.settle();
      const ids = async () => (await pair.copies('Cars')).map(({ id }) => id);
      await pair.until(async () => !(await ids()).includes('left/İ'));
      await pair.settle();
      expect(await ids()).toContain('left/ä');
      expect(await pair.checkpoint('Cars')).toMatchObject({ generation: generation + 1, foundByRule: true });
      await pair.stopRequester();
      pair.startRequester();
      await pair.settle();
      expect((await pair.checkpoint('Cars'))?.generation).toBe(generation + 1);
    });
  });
}

describeWithServers(NEEDS, 'The first ids beyond ASCII', () => {
  it('exist beside each other only where the target tells them apart, though another document of their set is refused', async () => {
    const pair = await StreamedPair.open(sqlite, ravendb, SCRIPTS);
    try {
      await pair.owner.put('cars/1', 'Cars', '{"V":1}');
      await pair.settle();
      await pair.stopOwner();
      for (const id of ['cars/\u1c89', 'cars/Ǆ', 'cars/ǆ']) await pair.owner.put(id, 'Cars', '{"V":2}');
      pair.startOwner();
      await pair.settle();
      for (const task of ['Cars', 'People']) {
        const sources = (await pair.copies(task)).map(({ source }) => source);
        expect(sources.toSorted()).toEqual(['cars/1', 'cars/Ǆ']);
        expect([...(await pair.setAside(task)).keys()].toSorted()).toEqual(['cars/ǆ', 'cars/\u1c89']);
      }
    } finally {
      await pair.drop();
    }
  });
});

describeWithServers(NEEDS, 'Copies of an older version whose ids are all ASCII', () => {
  it('are not read again', async () => {
    const pair = await StreamedPair.open(sqlite, ravendb, SCRIPTS);
    try {
      await pair.owner.put('cars/1', 'Cars', '{"V":1}');
      await pair.settle();
      await pair.stopRequester();
      await forgetRule(pair, 'Cars');
      pair.startRequester();
      await pair.until(async () => (await pair.checkpoint('Cars'))?.foundByRule === true);
      expect((await pair.checkpoint('Cars'))?.generation).toBe(1);
    } finally {
      await pair.drop();
    }
  });
});

/** Leaves the checkpoint as the version that landed wrote it. */
async function forgetRule(pair: StreamedPair, task: string): Promise<void> {
  const stored = await pair.target.readCheckpoint(taskName(pair.task(task)));
  if (!stored) throw new Error('nothing is copied yet');
  const { ids: _ids, beyondAscii: _beyond, foundByRule: _found, ...checkpoint } = stored.checkpoint;
  await pair.target.apply([], checkpoint, stored.version);
}
