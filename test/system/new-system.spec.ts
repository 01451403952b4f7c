import { rm } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { SparkBus } from '@nestjs-spark/bus';
import { connectEvents } from '@nestjs-spark/bus/events';
import { JetStreamClient } from '@nestjs-spark/jetstream/transport';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { firstValueFrom } from 'rxjs';
import { settings } from '../support/tally/settings.ts';
import { TallyModule } from '../support/tally/tally.module.ts';

async function start(): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(TallyModule, { logger: false });
  connectEvents(app);
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  return app;
}

async function ask(
  app: NestExpressApplication,
  method: string,
  token?: string,
  body?: object,
): Promise<Response> {
  return fetch(`${await app.getUrl()}/spark/tally`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

const total = async (app: NestExpressApplication): Promise<number> =>
  ((await (await ask(app, 'GET', settings.operatorToken)).json()) as { total: number }).total;

const voted = (app: NestExpressApplication, vote: object): Promise<unknown> =>
  firstValueFrom(app.get(JetStreamClient).emit(settings.event, vote), { defaultValue: undefined });

describeWithServers(['nats'], 'A new system on the common ground', () => {
  it('has guarded routes, work under a lease, a durable log and dead letters', async () => {
    const first = await start();
    const second = await start();
    try {
      expect((await ask(first, 'POST', undefined, { count: 1 })).status).toBe(401);
      expect((await ask(first, 'PUT', settings.operatorToken)).status).toBe(405);
      const answer = await ask(second, 'POST', settings.operatorToken, { count: 2 });
      expect([answer.status, await answer.json()]).toEqual([201, { by: 'operator' }]);
      await voted(first, { count: 3 });
      await voted(first, {});
      // One of the two instances counts.
      await eventually(async () =>
        expect([await total(first), await total(second)].toSorted()).toEqual([0, 5]),
      );
      await eventually(async () => {
        const letters = await first.get(SparkBus).deadLetters.list();
        expect(letters.flatMap(({ attempts }) => attempts.map(({ error }) => error))).toEqual([
          'A vote without a count',
        ]);
      });
      const [counting, standby] = (await total(first)) === 5 ? [first, second] : [second, first];
      await counting.close();
      await eventually(async () => expect(await total(standby)).toBe(5));
      await standby.get(SparkBus).connection.use(({ jsm }) => jsm.streams.delete(settings.stream.name));
    } finally {
      await first.close();
      await second.close();
      await rm(settings.folder, { recursive: true });
    }
  });
});
