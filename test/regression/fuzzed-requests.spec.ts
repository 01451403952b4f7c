import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { carDocument } from '../support/cars.ts';
import { anyText, bent, deployBody } from '../support/fuzz/bodies.ts';
import type { Member } from '../support/member.ts';
import { type Outsider, registerOutsider } from '../support/outsider.ts';
import { testSeed } from '../support/seeded-random.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { World } from '../support/world.ts';

const RUNS = Number(process.env['SPARK_FUZZ_REQUESTS'] ?? 1_000);
const AT_ONCE = 4;
// One module alone would soon be told to wait.
const OUTSIDERS = ['Ann', 'Bob', 'Cyn', 'Dan', 'Eve', 'Fay', 'Gus', 'Hal'] as const;
const ROUTES = [
  'POST /spark/etl/deploy',
  'POST /spark/etl/preview',
  'POST /spark/etl/set-aside/retry',
  'POST /spark/self-check',
  'POST /spark/replication/Fleet/Cars/resync',
  'POST /spark/dead-letters/1/replay',
  'GET /spark/replication/source/cars',
  'PUT /spark/etl/deploy',
] as const;

const seed = testSeed();

interface Request {
  route: (typeof ROUTES)[number];
  sender: (typeof OUTSIDERS)[number];
  credential: 'valid' | 'none' | 'garbage' | 'of another body';
  body: string;
}

const anySender = fc.constantFrom(...OUTSIDERS);

/** From whom it says, and a body that its schema takes: what it asks for is another matter. */
const validRequest: fc.Arbitrary<Request> = anySender.chain((own) =>
  fc.record({
    route: fc.constant(ROUTES[0]),
    sender: fc.constant(own),
    credential: fc.constant('valid' as const),
    body: deployBody(own).map((body) => JSON.stringify(body)),
  }),
);

const anyRequest: fc.Arbitrary<Request> = anySender.chain((own) =>
  fc.record({
    route: fc.oneof(fc.constant(ROUTES[0]), fc.constantFrom(...ROUTES)),
    sender: fc.constant(own),
    credential: fc.constantFrom('valid', 'valid', 'none', 'garbage', 'of another body'),
    body: fc.oneof(
      deployBody(own).map((body) => JSON.stringify(body)),
      bent(deployBody(own)).map((body) => JSON.stringify(body) ?? 'undefined'),
      anyText,
    ),
  }),
);

describeOn([SQLITE], `Any request at all (SPARK_TEST_SEED=${seed})`, (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;
  const outsiders = new Map<string, Outsider>();

  beforeAll(async () => {
    world = await World.create('fuzzed-requests', pair);
    fleet = await world.module('Fleet', { shared: [{ collection: 'Cars', with: ['HR', ...OUTSIDERS] }] });
    hr = await world.hr();
    for (const name of OUTSIDERS)
      outsiders.set(name, await registerOutsider(world, name, 'http://127.0.0.1:9'));
    fleet.start();
    await hr.startReady();
    await fleet.database.put('cars/1', carDocument(1));
    await documentIs(hr.database, 'cars/1', { Model: 'Model 1' });
  });
  afterAll(() => world?.end());

  const send = async ({ route, sender, credential, body }: Request): Promise<number> => {
    const [method = '', path = ''] = route.split(' ');
    const signed = credential === 'of another body' ? `${body} ` : body;
    const token =
      credential === 'garbage'
        ? 'a.b.c'
        : await outsiders
            .get(sender)
            ?.token({ audience: 'Fleet', method, path, body: method === 'GET' ? '' : signed });
    const headers: Record<string, string> = credential === 'none' ? {} : { authorization: `Bearer ${token}` };
    const { status } = await fleet.ask(path, { method, headers, ...(method === 'GET' ? {} : { body }) });
    return status;
  };

  it(
    `is answered or refused, never with 500: ${RUNS} of them, every third of which is authenticated and valid by its schema`,
    async () => {
      const valid = fc.sample(validRequest, { seed, numRuns: Math.ceil(RUNS / 3) });
      const others = fc.sample(anyRequest, { seed, numRuns: RUNS - valid.length });
      const requests = valid.flatMap((one, at) => [one, ...others.slice(2 * at, 2 * at + 2)]);
      expect(requests.length).toBe(RUNS);
      const isValid = new Set(valid);
      const broken: { request: Request; status: number }[] = [];
      const misjudged: typeof broken = [];
      const statuses = new Map<number, number>();
      const next = requests.values();
      const work = async (): Promise<void> => {
        for (const one of next) {
          const status = await send(one);
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
          if (status >= 500) broken.push({ request: one, status });
          if (isValid.has(one) && [400, 401, 413, 415].includes(status))
            misjudged.push({ request: one, status });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      expect(broken).toEqual([]);
      expect(misjudged).toEqual([]);
      // Some of each kind came through as far as they were meant to.
      for (const status of [200, 400, 401, 403, 422]) expect(statuses.get(status) ?? 0).toBeGreaterThan(0);
    },
    Math.max(600_000, RUNS * 100),
  );

  it('leaves what others have as it was', async () => {
    const { body } = await fleet.operate<{ outgoing: { requester: string; generation: number }[] }>(
      '/spark/replication',
    );
    expect(body.outgoing.filter(({ requester }) => requester === 'HR')).toEqual([
      expect.objectContaining({ generation: 1 }),
    ]);
    expect((await hr.ask('/health/ready')).status).toBe(200);
    await fleet.database.put('cars/2', carDocument(2));
    await documentIs(hr.database, 'cars/2', { Model: 'Model 2' });
  });
});
