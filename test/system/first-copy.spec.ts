import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { carCommands, differences } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { ask } from '../support/http.ts';
import { type Member, PATIENCE_MS } from '../support/member.ts';
import { SAME_STORE_BY_DAY, describeOn } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const CARS = 1_000;

describeOn(SAME_STORE_BY_DAY, 'The first copy', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    world = await World.create('first-copy', pair);
    fleet = await world.fleet();
    hr = await world.hr();
    await fleet.database.write(carCommands(1, CARS));
    await fleet.startReady();
  });
  afterAll(() => world?.end());

  it('HR says ready only when all 1,000 cars made before its first start are there', async () => {
    hr.start();
    // Looks again and again at readiness and, whenever HR says ready, at once at what is there.
    const first = await eventually(
      async () => {
        const { status } = await ask(`${hr.url}/health/ready`);
        if (status === 200) return { missing: await differences(fleet.database, hr.database) };
        throw new Error(`${status}\n${hr.process.logTail()}`);
      },
      { timeoutMs: PATIENCE_MS, intervalMs: 5 },
    );
    expect(first.missing).toEqual([]);
    expect(await hr.database.count('Cars')).toBe(CARS);
  });

  it('while the owner is away and nothing was copied, HR says 503 and why, and live all the same', async () => {
    const lonely = await world.module('Lonely', {
      replicated: [
        {
          sourceModule: 'Nowhere',
          sourceCollection: 'Cars',
          etlScript: 'loadToCars({ Model: this.Model });',
        },
      ],
    });
    lonely.start();
    await lonely.live();
    const { status, body } = await lonely.ask('/health/ready');
    expect(status).toBe(503);
    expect(JSON.stringify(body)).toMatch(/Nowhere/);
    expect(JSON.stringify(body)).toMatch(/Cars/);
  });

  endsClean(() => [fleet, hr]);
});
