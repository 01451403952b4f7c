import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carCommands } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import { describeOn, SQLITE } from '../support/stores/pairs.ts';
import { equal } from '../support/story-of-cars.ts';
import { outgoingOf } from '../support/told.ts';
import { healed, saysSo, WELL, type WhileItLasts } from '../support/while-it-lasts.ts';
import { World } from '../support/world.ts';
import { WrongClock } from '../support/wrong-clock/wrong-clock.ts';

const TEN_MINUTES = 600_000;
const WELL_HERE: WhileItLasts = { ...WELL, carriedBy: 'this-instance' };

describeOn([SQLITE], 'Fleet’s clock ten minutes ahead and HR’s ten minutes behind', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;
  let ahead: WrongClock;
  let behind: WrongClock;

  const setWrong = (): void => {
    ahead.set(TEN_MINUTES);
    behind.set(-TEN_MINUTES);
  };
  const setRight = (): void => {
    ahead.set(0);
    behind.set(0);
  };
  const seen = (): Promise<void> =>
    fleet
      .until('on the clock that was set', async () => ahead.isSeen() && behind.isSeen())
      .then(() => undefined);

  beforeAll(async () => {
    world = await World.create('wrong-clocks', pair);
    fleet = await world.fleet();
    hr = await world.hr();
    [ahead, behind] = await Promise.all([WrongClock.create(), WrongClock.create()]);
    await fleet.database.write(carCommands(1, 50));
  });
  afterAll(async () => {
    await world?.end();
    await Promise.all([ahead?.remove(), behind?.remove()]);
  });

  it('from the start: HR says by how much, and gets its copy by itself once they are right', async () => {
    setWrong();
    await fleet.startReady(ahead.env);
    hr.start(behind.env);
    await hr.live();
    await hr.until('saying by how much the clocks differ', async () => {
      const { status, body } = await hr.ask('/health/ready');
      return status === 503 && /the clock is off by 1[12]\d\d s/.test(JSON.stringify(body));
    });
    setRight();
    await healed(fleet, hr);
  });

  it('set while both run: leases are held, cars arrive, and nothing but the question to the owner fails', async () => {
    setWrong();
    await seen();
    await hr.until('refused by Fleet', async () => {
      const path = '/spark/replication/Fleet/Cars/freshness';
      return !(await hr.operate<{ sourceReachable: boolean }>(path)).body.sourceReachable;
    });
    await fleet.database.write(carCommands(51, 100));
    await equal(fleet, hr);
    await Promise.all([saysSo(fleet, 'out', WELL_HERE), saysSo(hr, 'in', WELL_HERE)]);
  });

  it('while HR is asleep: how far it is behind is measured by Fleet’s clock alone', async () => {
    hr.process.signal('SIGSTOP');
    await fleet.database.write(carCommands(101, 150));
    await saysSo(fleet, 'out', { ready: 200, state: 'Streaming', lag: 'some', behindMs: 'some' });
    expect((await outgoingOf(fleet)).behindMs).toBeLessThan(TEN_MINUTES);
    hr.process.signal('SIGCONT');
    await equal(fleet, hr);
    await Promise.all([saysSo(fleet, 'out', WELL_HERE), saysSo(hr, 'in', WELL_HERE)]);
  });

  it('set right while both run, which sets Fleet’s back: cars arrive, and Fleet can be asked again', async () => {
    setRight();
    await seen();
    await fleet.database.write(carCommands(151, 200));
    await healed(fleet, hr);
  });

  endsClean(() => [fleet, hr]);
});
