import { expect, it } from '@jest/globals';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { Controller, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom } from 'rxjs';
import { COMMANDS_STREAM } from '@nestjs-spark/contracts/internal';
import { JetStreamConnection } from '../connect/connection.ts';
import { DeadLetterStore } from '../dead-letter/dead-letter-store.ts';
import { specConnection, specName } from '../fixtures/spec-connection.ts';
import { SpecLog } from '../fixtures/spec-log.ts';
import { PermanentError } from '../retry/permanent-error.ts';
import { connectJetStream } from './connect-jetstream.ts';
import { JetStreamClient } from './jetstream-client.ts';

const name = specName('guide');
const sold: string[] = [];

@Injectable()
class Bus extends JetStreamConnection implements OnApplicationShutdown {
  constructor() {
    super({ url: testServers().natsUrl, name, log: new SpecLog() });
  }

  onApplicationShutdown() {
    return this.close();
  }
}

@Controller()
class SalesController {
  @EventPattern<string>(`${name}.sold`)
  sold(@Payload() car: { id?: string }) {
    if (!car.id) throw new PermanentError('A sale without a car');
    sold.push(car.id);
  }
}

@Module({
  controllers: [SalesController],
  providers: [
    Bus,
    {
      provide: JetStreamClient,
      inject: [Bus],
      useFactory: (connection: Bus) => new JetStreamClient({ connection }),
    },
  ],
})
class SalesModule {}

describeWithServers(['nats'], 'An application as the guide on durable events has it', () => {
  it('sends and receives over a connection of its own, which ends with it', async () => {
    const module = await Test.createTestingModule({ imports: [SalesModule] }).compile();
    const app = module.createNestApplication({ logger: false });
    const bus = app.get(Bus);
    try {
      connectJetStream(app, { connection: bus, name, log: new SpecLog() });
      await app.startAllMicroservices();
      await app.init();
      const client = app.get(JetStreamClient);
      const emit = (car: object) =>
        firstValueFrom(client.emit(`${name}.sold`, car), { defaultValue: undefined });
      await emit({ id: 'cars/1-A' });
      await emit({});
      await eventually(() => expect(sold).toEqual(['cars/1-A']));
      const letters = new DeadLetterStore(bus, name);
      await eventually(async () => {
        const errors = (await letters.list()).flatMap(({ attempts }) => attempts.map(({ error }) => error));
        expect(errors).toEqual(['A sale without a car']);
      });
    } finally {
      await app.close();
      await tidyUp();
    }
    expect(bus.isConnected).toBe(false);
  });
});

async function tidyUp(): Promise<void> {
  const connection = specConnection();
  await connection.ready();
  await connection.use(async ({ jsm }) => {
    await jsm.consumers.delete(COMMANDS_STREAM, `${name}-event-${name}_sold`).catch(() => false);
    await jsm.streams.purge(COMMANDS_STREAM, { filter: `spark.commands.events.${name}.>` });
    await jsm.streams.purge('SPARK_DEAD_LETTERS', { filter: `spark.dead-letters.${name}.>` });
  });
  await connection.close();
}
