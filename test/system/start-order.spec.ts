import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { carCommands } from '../support/cars.ts';
import { clean } from '../support/clean.ts';
import { equal } from '../support/story-of-cars.ts';
import { describeOn, SAME_STORE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

describeOn(SAME_STORE, 'In whatever order things start', (pair) => {
  let world: World;

  beforeEach(async () => {
    world = await World.create('start-order', pair);
  });
  afterEach(() => world?.end());

  it('HR first and Fleet later: the deployment arrives by retry', async () => {
    const fleet = await world.fleet();
    const hr = await world.hr();
    await fleet.database.write(carCommands(1, 20));
    hr.start({ SPARK_RETRY_SECONDS: '0.2,0.5,1,30,30' });
    await hr.live();
    await hr.until('trying again', async () =>
      /"attempts":[2-9]/.test(JSON.stringify((await hr.operate('/spark/replication')).body)),
    );
    expect((await hr.ask('/health/ready')).status).toBe(503);
    fleet.start();
    await hr.ready();
    await equal(fleet, hr);
    await clean(fleet, hr);
  });

  it('NATS last: both apps come up by themselves', async () => {
    const fleet = await world.fleet();
    const hr = await world.hr();
    await fleet.database.write(carCommands(1, 20));
    await world.nats.kill9();
    fleet.start();
    hr.start();
    await Promise.all([fleet.live(), hr.live()]);
    expect((await hr.ask('/health/ready')).status).toBe(503);
    await world.nats.restart();
    await Promise.all([fleet.ready(), hr.ready()]);
    await equal(fleet, hr);
    await clean(fleet, hr);
  });
});
