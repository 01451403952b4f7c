import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { carDocument } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { firstCopy } from '../support/first-copy.ts';
import type { Member } from '../support/member.ts';
import { onNats } from '../support/on-nats.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { describeOn, SAME_STORE } from '../support/stores/pairs.ts';
import type { View } from '../support/told.ts';
import type { World } from '../support/world.ts';

const SUBJECT = 'spark.commands.hr.deploy-etl';
const EVERYTHING = [{ sourceCollection: 'Cars', name: 'Cars', script: 'loadToCars(this)' }];

interface Letter {
  subject: string;
  attempts: { error: string }[];
}

describeOn(SAME_STORE, 'Anyone who can publish on NATS', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;
  let sales: Server;
  let asked: string[];

  beforeAll(async () => {
    ({ world, fleet, hr } = await firstCopy('forged-commands', pair, 20));
    asked = [];
    sales = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => sales.listen(0, '127.0.0.1', resolve));
    const AppUrl = `http://127.0.0.1:${(sales.address() as AddressInfo).port}`;
    await world.register({ AppName: 'Sales', AppUrl });
  });
  afterAll(async () => {
    sales?.close();
    await world?.end();
  });

  const forge = (owner: string, command: object): Promise<unknown> =>
    onNats(world.nats.url, (connection) =>
      connection.use(({ js }) => js.publish(`${SUBJECT}.${owner.toLowerCase()}`, JSON.stringify(command))),
    );
  const letters = async (): Promise<Letter[]> => (await hr.operate<Letter[]>('/spark/dead-letters')).body;
  const request = (scripts: object[], revision: number) => ({
    requestingModule: 'HR',
    targetDatabase: 'X',
    targetUrls: [],
    scripts,
    revision,
  });
  const outgoing = async (): Promise<unknown> => {
    const { body } = await fleet.operate<View>('/spark/replication');
    return body.outgoing.map(({ requester, name, generation }) => ({ requester, name, generation }));
  };

  it.each([
    ['for everything', (revision: number) => ({ owner: 'Fleet', request: request(EVERYTHING, revision) })],
    ['for nothing', (revision: number) => ({ owner: 'Fleet', request: request([], revision) })],
  ])('cannot have HR ask Fleet %s, under a known revision or a new one', async (_, command) => {
    const before = await outgoing();
    for (const revision of [1, 1_000]) await forge('Fleet', command(revision));
    await hr.until('rid of the forged command', async () =>
      (await letters()).some(({ attempts }) =>
        /at revision 1000 in its own records/.test(JSON.stringify(attempts)),
      ),
    );
    const id = `cars/${Math.random()}`;
    await fleet.database.put(id, { ...carDocument(7), Notes: 'not for HR' });
    await documentIs(hr.database, id, { Model: 'Model 7' });
    expect(await hr.database.get(id)).not.toHaveProperty('Notes');
    expect(await outgoing()).toEqual(before);
  });

  it('cannot have HR ask a module that it declares nothing of', async () => {
    await forge('Sales', { owner: 'Sales', revision: 1 });
    await forge('Sales', { owner: 'Sales', request: request(EVERYTHING, 1) });
    await hr.until('rid of the forged command', async () =>
      (await letters()).some(({ subject }) => subject === `${SUBJECT}.sales`),
    );
    expect(asked).toEqual([]);
  });

  it('leaves HR ready, with nothing in its status but what it declares', async () => {
    const { body } = await hr.operate<{ requests: { owner: string; state: string }[] }>('/spark/replication');
    expect(body.requests).toMatchObject([{ owner: 'Fleet', state: 'deployed' }]);
    expect((await hr.ask('/health/ready')).status).toBe(200);
  });

  endsClean(() => [fleet, hr]);
});
