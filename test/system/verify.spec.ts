import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { carCommands, carDocument, range } from '../support/cars.ts';
import { Corruption } from '../support/corruption.ts';
import { OPERATOR_TOKEN, type Member } from '../support/member.ts';
import { nestjsSpark } from '../support/nestjs-spark.ts';
import { seededRandom, testSeed } from '../support/seeded-random.ts';
import { describeOn, type Pair } from '../support/stores/pairs.ts';
import { equal } from '../support/story-of-cars.ts';
import { reportOf, startVerify, verified, verify } from '../support/verify.ts';
import { World } from '../support/world.ts';

const CORRUPTED = 1_000;
/** Those that are written to, and the first that is not; some of those stay as they are. */
const WRITTEN = 300;
const CARS = WRITTEN + CORRUPTED + 200;
const WRITTEN_EVERY_MS = 10;
/** Each store on each side: what a copy holds has to be the same in both. */
const PAIRS: readonly Pair[] = [
  { owner: 'sqlite', requester: 'ravendb' },
  { owner: 'ravendb', requester: 'sqlite' },
];

describeOn(PAIRS, 'Comparing copies with their source', (pair) => {
  const seed = testSeed();
  const random = seededRandom(seed);
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    world = await World.create('verify', pair);
    fleet = await world.fleet();
    hr = await world.hr();
    await fleet.database.write(carCommands(1, CARS));
    fleet.start();
    await hr.startReady();
  });
  afterAll(() => world?.end());

  /** Copies that nobody writes to. */
  const someIds = (count: number): string[] => {
    const left = range(WRITTEN + 1, CARS);
    return range(1, count).map(() => `cars/${left.splice(Math.floor(random() * left.length), 1)[0]}`);
  };

  /** The versions of copies that nobody has a reason to write to. */
  const versionsOf = async (ids: readonly string[]): Promise<unknown[]> => {
    const copies = await hr.database.documents('Cars');
    return ids.map((id) => copies.get(id)?.['@metadata']?.['@change-vector']);
  };

  /** Changes, deletes and makes cars that are not corrupted, a hundred a second, until the work is done. */
  const underWrites = async <T>(work: () => Promise<T>): Promise<T> => {
    const done = new AbortController();
    const writing = (async () => {
      for (let count = 0; !done.signal.aborted; count++) {
        const id = `cars/${1 + Math.floor(random() * WRITTEN)}`;
        if (count % 5 === 0) await fleet.database.delete(id);
        else await fleet.database.put(id, carDocument(count));
        await new Promise((resolve) => setTimeout(resolve, WRITTEN_EVERY_MS));
      }
    })();
    try {
      return await work();
    } finally {
      done.abort();
      await writing;
    }
  };

  const stateInTheMiddle = (): Promise<string> =>
    hr.until('in the middle of its repairs', async () => {
      const { state, tasks } = await reportOf(hr);
      return tasks.some(({ repaired }) => repaired > 0) && state;
    });

  /** Both by verify's own word and by another look at both databases. */
  const isWhole = async (): Promise<void> => {
    expect(await verify(hr)).toMatchObject({ missing: 0, stale: 0, ghost: 0, foreign: 0 });
    await equal(fleet, hr);
  };

  it('finds nothing where all is equal', async () => {
    expect(await verify(hr)).toMatchObject({
      checked: CARS,
      equal: CARS,
      repaired: 0,
      progress: 1,
      examples: [],
    });
  });

  it('is open to operators only, and answers 404 for what is not kept', async () => {
    const route = '/spark/replication/Fleet/Cars/verify';
    expect((await hr.ask(route)).status).toBe(401);
    expect((await hr.operate('/spark/replication/Fleet/Trucks/verify')).status).toBe(404);
    const wrong = await hr.operate(route, { method: 'POST', body: { depth: 'all' } });
    expect(wrong).toMatchObject({ status: 400, body: { errors: [{ pointer: '/depth' }] } });
    expect((await hr.operate(route, { method: 'POST', body: { task: 'Trucks' } })).status).toBe(404);
  });

  it(`finds every corruption and nothing else while others write, and changes nothing; then repairs all but what is foreign and writes nothing else, killed with -9 in the middle (seed ${seed})`, async () => {
    const corruption = new Corruption(hr.database, random);
    const corrupted = someIds(CORRUPTED);
    const intact = range(WRITTEN + 1, CARS)
      .map((number) => `cars/${number}`)
      .filter((id) => !corrupted.includes(id));
    await corruption.corrupt(corrupted);
    const versions = await versionsOf(intact);
    const { reported } = corruption;
    const found = await underWrites(() => verify(hr));
    expect(found).toMatchObject({ ...reported, repaired: 0 });
    expect(found.examples).toHaveLength(Math.min(100, CORRUPTED));
    const repaired = await underWrites(async () => {
      await startVerify(hr, { repair: true });
      expect(await stateInTheMiddle()).toBe('running');
      await hr.process.kill9();
      await hr.startReady();
      return verified(hr);
    });
    expect(repaired).toMatchObject({ ...reported, repaired: CORRUPTED - reported.foreign });
    expect(await versionsOf(intact)).toEqual(versions);
    for (const [id, document] of corruption.own) {
      expect(await hr.database.get(id)).toMatchObject({ Model: document['Model'] });
      await hr.database.delete(id);
    }
    await verify(hr, { repair: true });
    await isWhole();
  });

  describe('by ids', () => {
    it('finds what is missing, ghosts and copies of an older change, without running the script over what is in order', async () => {
      const corruption = new Corruption(hr.database, random);
      await corruption.corrupt(someIds(40), ['deleted', 'ghost']);
      const found = await verify(hr, { depth: 'ids', repair: true });
      expect(found).toMatchObject({ ...corruption.reported, repaired: 40 });
      await isWhole();
    });
  });

  it('is asked for from the command line, which says what was found and whether all is in order', async () => {
    const operator = { SPARK_OPERATOR_TOKEN: OPERATOR_TOKEN };
    const asked = ['--module', 'HR', '--of', 'Fleet/Cars', '--url', hr.url];
    await new Corruption(hr.database, random).corrupt(someIds(1), ['changed']);
    const found = await nestjsSpark(['verify', ...asked], operator);
    expect(found).toMatchObject({ code: 1, err: '' });
    expect(found.out).toMatch(
      /1 stale.*; 0 repaired$\n {2}! cars\/\d+ {2}stale: it is not what the script makes/m,
    );
    const repaired = await nestjsSpark(['verify', ...asked, '--repair', '--json'], operator);
    expect(repaired.code).toBe(0);
    expect(JSON.parse(repaired.out)).toMatchObject({ state: 'done', tasks: [{ stale: 1, repaired: 1 }] });
    const shown = await nestjsSpark(['verify', ...asked, '--report'], operator);
    expect(shown).toMatchObject({ code: 0, out: expect.stringMatching(/1 stale.*; 1 repaired$/m) });
    expect((await nestjsSpark(['verify', '--module', 'HR', '--of', 'Cars'], operator)).code).toBe(2);
  });

  it('waits for an owner that is away, says so, and goes on when it is back', async () => {
    const corruption = new Corruption(hr.database, random);
    await corruption.corrupt(someIds(5), ['changed']);
    await fleet.process.kill9();
    await startVerify(hr, { repair: true });
    const waiting = await hr.until('waiting', async () => {
      const { state, tasks } = await reportOf(hr);
      return state === 'waiting' && tasks.map(({ reason }) => reason).join();
    });
    expect(waiting).toMatch(/Fleet|owner/);
    fleet.start();
    expect(await verified(hr)).toMatchObject({ stale: 5, repaired: 5 });
  });
});
