import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { toRegistryDocument, type ModuleInformation } from '@nestjs-spark/contracts/internal';
import { ModuleIdentity } from '@nestjs-spark/modules/internal';
import { carDocument } from '../support/cars.ts';
import { endsClean } from '../support/clean.ts';
import { firstCopy } from '../support/first-copy.ts';
import type { Member } from '../support/member.ts';
import { documentIs } from '../support/story-of-cars.ts';
import { describeOn, ONE_BY_DAY } from '../support/stores/pairs.ts';
import { registerOnNats } from '../support/stores/register-on-nats.ts';
import type { World } from '../support/world.ts';

const silent = { debug() {}, log() {}, warn() {}, error() {} };

describeOn(ONE_BY_DAY, 'Anyone who can write to the registry', (pair) => {
  let world: World;
  let fleet: Member;
  let hr: Member;
  let stranger: Server;
  let asked: string[];

  beforeAll(async () => {
    ({ world, fleet, hr } = await firstCopy('registry-claims', pair, 20));
    asked = [];
    stranger = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      response.writeHead(503).end();
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    stranger?.close();
    await world?.end();
  });

  const claim = (): ModuleInformation => ({
    appName: 'Fleet',
    appUrl: `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`,
    databaseName: 'X',
    databaseUrls: [],
    registeredAtUtc: '2099-01-01T00:00:00Z',
  });
  const identity = (directory: string) =>
    ModuleIdentity.open({ directory, module: 'Fleet', production: false, log: silent });
  /** In every registry: what is in one of them only is weighed against the other's. */
  const register = async (entry: ModuleInformation): Promise<void> => {
    await world.register(toRegistryDocument(entry));
    await registerOnNats(world.natsUrl, toRegistryDocument(entry));
  };
  const lastError = async (): Promise<string> => {
    const { body } = await hr.operate<{ requests: { lastError: string | null }[] }>('/spark/replication');
    return body.requests[0]?.lastError ?? '';
  };

  it.each<[string, RegExp, () => Promise<ModuleInformation>]>([
    [
      'with a key of its own',
      /not believed: its key is/,
      async () => (await identity(join(world.keysDir, 'stranger'))).vouch(claim()),
    ],
    [
      "with Fleet's key and no signature",
      /not believed: it is not signed/,
      async () => ({ ...claim(), publicKey: (await identity(world.keysDir)).publicKey }),
    ],
    [
      "with Fleet's key and the signature of another entry",
      /not believed: its signature/,
      async () => ({
        ...(await (await identity(world.keysDir)).vouch({ ...claim(), appUrl: fleet.url })),
        appUrl: claim().appUrl,
      }),
    ],
  ])('cannot have HR ask at another address for Fleet, %s', async (_, words, entry) => {
    await fleet.process.stop();
    await hr.process.stop();
    await register(await entry());
    hr.start();
    await hr.until('in doubt', async () => words.test(await lastError()));
    expect(asked).toEqual([]);
  });

  it('does not keep Fleet from taking its entry back, nor HR from finding it again', async () => {
    await fleet.startReady();
    await fleet.database.put('cars/back', carDocument(7));
    await documentIs(hr.database, 'cars/back', { Model: 'Model 7' });
    await hr.ready();
    await register({ ...claim(), publicKey: (await identity(world.keysDir)).publicKey });
    await hr.until('able to ask Fleet', async () => {
      const { body } = await hr.operate<{ sourceReachable: boolean }>(
        '/spark/replication/Fleet/Cars/freshness',
      );
      return body.sourceReachable;
    });
    expect(asked).toEqual([]);
  });

  endsClean(() => [fleet, hr]);
});
