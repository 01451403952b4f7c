import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { COMMANDS_STREAM } from '@nestjs-spark/contracts/internal';
import { PermanentError } from '@nestjs-spark/jetstream';
import { JetStreamClient } from '@nestjs-spark/jetstream/transport';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { firstValueFrom } from 'rxjs';
import { SparkBus } from './connect/spark-bus.ts';
import { connectEvents, SparkEventsModule } from './events.ts';
import { SparkBusModule } from './spark-bus.module.ts';

const name = `guide-${randomUUID().slice(0, 8)}`;
const sold: string[] = [];

@Controller()
class SalesController {
  @EventPattern<string>(`${name}.sold`)
  sold(@Payload() car: { id?: string }) {
    if (!car.id) throw new PermanentError('A sale without a car');
    sold.push(car.id);
  }
}

@Module({
  imports: [
    SparkBusModule.forRootAsync({ useFactory: () => ({ name, natsUrl: testServers().natsUrl }) }),
    SparkEventsModule,
  ],
  controllers: [SalesController],
})
class SalesModule {}

describeWithServers(['nats'], 'An application as the guide on durable events has it', () => {
  it('sends and receives over its one connection, which ends with it', async () => {
    const module = await Test.createTestingModule({ imports: [SalesModule] }).compile();
    const app = module.createNestApplication({ logger: false });
    const bus = app.get(SparkBus);
    try {
      connectEvents(app);
      await app.startAllMicroservices();
      await app.init();
      const client = app.get(JetStreamClient);
      const emit = (car: object) =>
        firstValueFrom(client.emit(`${name}.sold`, car), { defaultValue: undefined });
      await emit({ id: 'cars/1-A' });
      await emit({});
      await eventually(() => expect(sold).toEqual(['cars/1-A']));
      await eventually(async () => {
        const letters = await bus.deadLetters.list();
        const errors = letters.flatMap(({ attempts }) => attempts.map(({ error }) => error));
        expect(errors).toEqual(['A sale without a car']);
      });
    } finally {
      await tidyUp(bus);
      await app.close();
    }
    expect(bus.connection.isConnected).toBe(false);
  });
});

async function tidyUp({ connection }: SparkBus): Promise<void> {
  await connection.use(async ({ jsm }) => {
    await jsm.consumers.delete(COMMANDS_STREAM, `${name}-event-${name}_sold`).catch(() => false);
    await jsm.streams.purge(COMMANDS_STREAM, { filter: `spark.commands.events.${name}.>` });
    await jsm.streams.purge('SPARK_DEAD_LETTERS', { filter: `spark.dead-letters.${name}.>` });
  });
}
