import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { carCommands } from '../support/cars.ts';
import { clean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import { RoundRobin } from '../support/round-robin.ts';
import { SteadyClient } from '../support/steady-client.ts';
import { incomingOf } from '../support/told.ts';
import { equal } from '../support/story-of-cars.ts';
import { describeOn, RAVENDB } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

const BEFORE = 500;
/** Longer than the proxy takes to notice. */
const DRAIN = { SPARK_DRAIN_SECONDS: '2' };

describeOn(
  [RAVENDB],
  'HR in several instances under load, behind a proxy that follows /health/ready',
  (pair) => {
    let world: World;
    let fleet: Member;
    let hrs: [Member, Member, Member];
    let proxy: RoundRobin;
    let client: SteadyClient;
    const loaded = new AbortController();
    let loading: Promise<void> = Promise.resolve();

    beforeAll(async () => {
      world = await World.create('rolling-update', pair);
      fleet = await world.fleet();
      hrs = [await world.hr(), await world.hr(), await world.hr()];
      await fleet.database.write(carCommands(1, BEFORE));
      fleet.start();
      await hrs[0].startReady(DRAIN);
      proxy = new RoundRobin(hrs.map(({ url }) => url));
      const url = await proxy.start();
      await hrs[0].until('served', async () => (await hrs[0].ask(`/cars?take=1`)).status === 200);
      await pause(500);
      client = new SteadyClient(`${url}/cars?take=3`, 50);
      loading = changeCars();
    });
    afterAll(async () => {
      loaded.abort();
      await loading;
      await client?.stop();
      await proxy?.stop();
      await world?.end();
    });

    const changeCars = async (): Promise<void> => {
      const { signal } = loaded;
      for (let round = 0; !signal.aborted; round++) {
        await fleet.database.write(carCommands(1, 20, { Color: `round ${round}` }));
        await pause(100, undefined, { signal }).catch(() => undefined);
      }
    };

    const running = () => hrs.filter(({ process }) => process.running);

    /** Instances are ready before the proxy has asked them: until it has, the one that ends may be the only one it knows. */
    const known = () => hrs[0].until('known to the proxy', async () => proxy.sendsTo === running().length);

    /** The instance that applies, by its own word; another one than `not` where that is given. */
    const active = (not?: Member): Promise<Member> => {
      const [first] = running().filter((member) => member !== not);
      if (!first) throw new Error('none runs');
      return first.until('told who applies', async () => {
        for (const member of running()) {
          if (member !== not && (await incomingOf(member)).active) return member;
        }
        return false;
      });
    };

    it('scales from one to three: each says the same of the copy, whoever applies it', async () => {
      await Promise.all([hrs[1].startReady(DRAIN), hrs[2].startReady(DRAIN)]);
      const told = await hrs[0].until('told alike', async () => {
        const all = await Promise.all(running().map((member) => incomingOf(member)));
        return (
          all.every(({ carriedBy, documentsApplied }) => carriedBy !== 'unknown' && documentsApplied > 0) &&
          all
        );
      });
      expect(told.map(({ complete }) => complete)).toEqual([true, true, true]);
      expect(told.map(({ state }) => state)).toEqual(['Streaming', 'Streaming', 'Streaming']);
      expect(told.map(({ carriedBy }) => carriedBy).toSorted()).toEqual([
        'another-instance',
        'another-instance',
        'this-instance',
      ]);
    });

    it('goes on when the active one is killed', async () => {
      await known();
      const victim = await active();
      await victim.process.kill9();
      await active();
      await victim.startReady(DRAIN);
    });

    it('goes on when the active one is stopped past its lease, which says the truth when it wakes', async () => {
      await known();
      const sleeper = await active();
      sleeper.process.signal('SIGSTOP');
      await active(sleeper);
      sleeper.process.signal('SIGCONT');
      const told = await sleeper.until('told who applies', async () => {
        const task = await incomingOf(sleeper);
        return task.carriedBy === 'another-instance' && task;
      });
      expect(told).toMatchObject({ complete: true, active: false });
      // It has just lost its lease, and says so until it has seen that another instance renews it.
      await sleeper.until('told that nothing is wrong', async () => {
        const { state, complete } = await incomingOf(sleeper);
        return complete && state === 'Streaming';
      });
    });

    it('is updated with a surge of one, and scaled back to one', async () => {
      let [spare] = hrs.filter(({ process }) => !process.running);
      for (const old of running()) {
        await spare?.startReady(DRAIN);
        await known();
        await old.process.stop();
        spare = old;
      }
      await known();
      for (const one of running().slice(1)) await one.process.stop();
      expect(running()).toHaveLength(1);
    });

    it('no request failed, and readiness stayed as it was but for those that shut down', async () => {
      loaded.abort();
      await loading;
      const [last] = running();
      if (last) await equal(fleet, last);
      if (last) await clean(fleet, last);
      await client.stop();
      expect(client.failures).toEqual([]);
      expect(client.answered).toBeGreaterThan(200);
      expect(proxy.turnedRed.filter(({ reasons }) => !('shutdown' in reasons))).toEqual([]);
    });
  },
);
