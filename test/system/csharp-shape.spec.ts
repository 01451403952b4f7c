import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers } from '@nestjs-spark/servers/testing';
import { freePort } from '../../tools/apps/free-port.ts';
import type { Member } from '../support/member.ts';
import { registerOutsider } from '../support/outsider.ts';
import { World } from '../support/world.ts';

/** As printed in the requirement; there the script's end is left out with an ellipsis. */
const REQUEST = `{
    "requestingModule": "HR",
    "targetDatabase": "SparkHR",
    "targetUrls": ["http://localhost:8080"],
    "scripts": [
        {
            "sourceCollection": "Cars",
            "script": "loadToCars({ LicensePlate: this.LicensePlate });"
        }
    ]
}
`;

describeWithServers(['ravendb', 'nats'], 'A .NET module of the same lineage', () => {
  let world: World;
  let fleet: Member;

  beforeAll(async () => {
    world = await World.create('csharp-shape');
    fleet = await world.fleet();
    await fleet.startReady();
  });
  afterAll(() => world?.end());

  it('its deploy request is accepted as it is, with a credential, and answered in the requirement’s shape', async () => {
    const hr = await registerOutsider(world, 'HR', 'https://localhost:5002');
    const counts = async (body: string) => (await hr.deploy<object>(fleet, body)).body;
    const { status, body } = await hr.deploy<object>(fleet, REQUEST);
    expect(status).toBe(200);
    expect(body).toMatchObject({ success: true, tasksCreated: 1, tasksUpdated: 0, tasksRemoved: 0 });
    expect(await counts(REQUEST)).toMatchObject({ tasksCreated: 0, tasksUpdated: 0, tasksRemoved: 0 });
    const changed = REQUEST.replace('this.LicensePlate }', 'this.LicensePlate, Year: this.Year }');
    expect(await counts(changed)).toMatchObject({ tasksCreated: 0, tasksUpdated: 1, tasksRemoved: 0 });
    const none = REQUEST.replace(/"scripts": [^]*\]/, '"scripts": []');
    expect(await counts(none)).toMatchObject({
      success: true,
      tasksCreated: 0,
      tasksUpdated: 0,
      tasksRemoved: 1,
    });
  });

  it('its registry document is read as it is, and it is asked in the shape that it knows', async () => {
    const asked: { path: string | undefined; body: unknown }[] = [];
    const server = await stub(asked);
    const port = (server.address() as { port: number }).port;
    await world.registry.put('moduleInformations/Depot', {
      AppName: 'Depot',
      AppUrl: `http://127.0.0.1:${port}`,
      DatabaseName: 'SparkDepot',
      RegisteredAtUtc: '2026-02-03T10:11:12.1234567Z',
      '@metadata': {
        '@collection': 'ModuleInformations',
        'Raven-Clr-Type':
          'MintPlayer.Spark.Replication.Abstractions.Models.ModuleInformation, MintPlayer.Spark.Replication.Abstractions',
      },
    });
    const script = 'loadToPallets({ Weight: this.Weight });';
    const sales = await world.module('Sales', {
      replicated: [{ sourceModule: 'Depot', sourceCollection: 'Pallets', etlScript: script }],
    });
    try {
      sales.start();
      await sales.until('heard', async () => asked.length > 0);
    } finally {
      server.close();
    }
    expect(asked[0]).toMatchObject({
      path: '/spark/etl/deploy',
      body: {
        requestingModule: 'Sales',
        targetDatabase: sales.database.name,
        targetUrls: [sales.ravendb.server],
        scripts: [{ sourceCollection: 'Pallets', script }],
      },
    });
  });

  it('our own registry document has what it reads', async () => {
    const document = await fleet.until(
      'registered',
      async () => (await world.registry.get('moduleInformations/Fleet')) ?? false,
    );
    expect(document).toMatchObject({
      AppName: 'Fleet',
      AppUrl: fleet.url,
      DatabaseName: fleet.database.name,
      RegisteredAtUtc: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/),
      '@metadata': { '@collection': 'ModuleInformations' },
    });
  });
});

async function stub(asked: { path: string | undefined; body: unknown }[]): Promise<Server> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A module also asks, with GET, how far its owner is; one of the older lineage has no such route.
    if (request.method !== 'POST') return void response.writeHead(404).end();
    asked.push({ path: request.url, body: JSON.parse(await text(request)) });
    response.setHeader('content-type', 'application/json');
    response.end('{"success":true,"tasksCreated":1,"tasksUpdated":0,"tasksRemoved":0}');
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(await freePort(), '127.0.0.1');
  await once(server, 'listening');
  return server;
}
