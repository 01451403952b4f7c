import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carDocument, range } from '../support/cars.ts';
import { clean } from '../support/clean.ts';
import { heardFile, readHeard, type Heard } from '../support/heard.ts';
import type { Member } from '../support/member.ts';
import { seededRandom, testSeed } from '../support/seeded-random.ts';
import { describeOn, SAME_STORE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const CARS = 12;
/** Each instance of HR once where there are two, the only one twice. */
const KILLS = Number(process.env['SPARK_ARRIVAL_KILLS'] ?? 2);
const AWAY = new Set([503, 504]);

describeOn(SAME_STORE, 'Waits and handlers while instances of HR are killed with SIGKILL', (pair) => {
  const random = seededRandom(testSeed());
  const heard = heardFile();
  let world: World;
  let fleet: Member;
  let hrs: Member[];

  beforeAll(async () => {
    world = await World.create('arrivals-killed', pair);
    fleet = await world.fleet();
    const description = {
      heard,
      replicated: [
        {
          sourceModule: 'Fleet',
          sourceCollection: 'Cars',
          etlScript: 'loadToCars({ Model: this.Model, Color: this.Color });',
        },
      ],
    };
    // Two of them share a database only where that is a server.
    hrs = [await world.module('HR', description)];
    if (pair.requester === 'ravendb') hrs.push(await world.module('HR', description));
    await fleet.startReady();
    await Promise.all(hrs.map((hr) => hr.startReady()));
  });
  afterAll(async () => {
    await world?.end();
    rmSync(heard, { force: true });
  });

  const ended = new AbortController();
  const written = new Map<string, number>();
  const outcomes = { arrived: 0, away: 0, early: [] as string[], odd: [] as string[] };

  /** Writes a car again and again, and after each wait that succeeds looks whether the copy is what was written, or newer. */
  const writeAndWait = async (number: number): Promise<void> => {
    const id = `cars/${number}`;
    for (let version = 1; !ended.signal.aborted; version++) {
      const body = { licensePlate: id, model: `v${version}`, year: 2024, status: 'InUse' };
      const put = await fleet.demand(`/cars/${id}`, { method: 'PUT', body });
      written.set(id, version);
      const hr = hrs[Math.floor(random() * hrs.length)] as Member;
      const change = encodeURIComponent(put.headers.get('spark-change') ?? '');
      const answer = await hr.ask<object>(`/arrived?timeoutMs=2000&change=${change}`).catch(() => null);
      if (answer?.status === 200) {
        outcomes.arrived++;
        const copy = await hr.database.get(id);
        if (versionOf(copy?.['Model']) < version)
          outcomes.early.push(`${id} v${version}: ${JSON.stringify(copy)}`);
      } else if (answer === null || AWAY.has(answer.status)) outcomes.away++;
      else outcomes.odd.push(JSON.stringify(answer.body));
    }
  };

  it('a wait is never early, and a handler is told in order per document and of the last version of each', async () => {
    const writing = range(1, CARS).map(writeAndWait);
    for (let kill = 0; kill < KILLS; kill++) {
      const arrived = outcomes.arrived;
      const told = readHeard(heard).length;
      await fleet.until(
        'answered and told of',
        async () => outcomes.arrived > arrived + CARS && readHeard(heard).length > told + CARS,
      );
      const victim = hrs[kill % hrs.length] as Member;
      await victim.process.kill9();
      await victim.startReady();
    }
    ended.abort();
    await Promise.all(writing);
    expect(outcomes).toMatchObject({ early: [], odd: [] });

    await fleet.database.put('cars/last', carDocument(0, { Model: 'v1' }));
    await fleet.until('told of all', async () => readHeard(heard).some(({ id }) => id === 'cars/last'));
    const byCar = Map.groupBy(readHeard(heard), ({ id }) => id);
    for (const [id, version] of written) {
      const versions = (byCar.get(id) ?? []).map((one: Heard) => versionOf(one.document?.model));
      expect({ id, versions }).toEqual({ id, versions: versions.toSorted((a, b) => a - b) });
      expect({ id, last: versions.at(-1) }).toEqual({ id, last: version });
    }
    await clean(fleet, hrs[0] as Member);
  });
});

function versionOf(model: unknown): number {
  return typeof model === 'string' ? Number(model.slice(1)) : 0;
}
