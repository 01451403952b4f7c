import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carCommands } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import type { Member } from '../support/member.ts';
import { equal } from '../support/story-of-cars.ts';
import { describeOn, SAME_STORE } from '../support/stores/pairs.ts';
import { World } from '../support/world.ts';

interface DeadLetter {
  id: string;
  attempts: { error: string }[];
}

describeOn(SAME_STORE, 'Fleet is down for all retries', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;

  beforeAll(async () => {
    world = await World.create('dead-letter', pair);
    fleet = await world.fleet();
    hr = await world.hr();
    await fleet.database.write(carCommands(1, 20));
    // Known in the registry, and then not there when it is asked.
    await fleet.startReady();
    await fleet.process.stop();
    hr.start();
  });
  afterAll(() => world?.end());

  const deadLetters = async (): Promise<DeadLetter[]> => {
    const { status, body } = await hr.operate<DeadLetter[] | { items: DeadLetter[] }>('/spark/dead-letters');
    expect(status).toBe(200);
    return Array.isArray(body) ? body : body.items;
  };

  it('one dead letter is kept, with six attempts and the error of each', async () => {
    const letters = await hr.until('done with its retries', async () => {
      const found = await deadLetters();
      return found.length > 0 && found;
    });
    expect(letters).toHaveLength(1);
    expect(letters[0]?.attempts).toHaveLength(6);
    for (const { error } of letters[0]?.attempts ?? [])
      expect(error).toMatch(/Fleet|ECONNREFUSED|127\.0\.0\.1/);
    expect((await hr.ask('/health/ready')).status).toBe(503);
  });

  it('when Fleet registers again the deployment happens without anyone’s hand', async () => {
    await fleet.startReady();
    await hr.ready();
    await equal(fleet, hr);
    await hr.until('rid of its dead letter', async () => (await deadLetters()).length === 0);
  });

  endsClean(() => [fleet, hr]);
});
