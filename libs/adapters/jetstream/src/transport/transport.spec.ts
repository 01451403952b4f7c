import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { COMMANDS_STREAM } from '@nestjs-spark/contracts/internal';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { Controller, type INestApplication, Module } from '@nestjs/common';
import { Ctx, EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { firstValueFrom, lastValueFrom, of, toArray } from 'rxjs';
import type { JetStreamConnection } from '../connect/connection.ts';
import { DeadLetterStore } from '../dead-letter/dead-letter-store.ts';
import { specConnection, specName } from '../fixtures/spec-connection.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { PermanentError } from '../retry/permanent-error.ts';
import { connectJetStream } from './connect-jetstream.ts';
import { JetStreamClient, NoHandlerError } from './jetstream-client.ts';
import { JetStreamContext } from './jetstream-context.ts';

const prefix = specName('p');
const seen: string[] = [];
const gate = { open: Promise.resolve() };
const quick = { retry: { delaysSeconds: [0.01, 0.01] } };

@Controller()
class Handlers {
  @EventPattern<string>(`${prefix}.made`)
  made(@Payload() data: { id: string }, @Ctx() context: JetStreamContext) {
    seen.push(`made ${data.id} ${context.getAttempt()} ${context.getSubject().includes(`${prefix}.made`)}`);
  }

  @EventPattern<string>(`${prefix}.*`)
  any(@Payload() data: { id: string }) {
    seen.push(`any ${data.id}`);
  }

  @EventPattern<string>(`${prefix}-flaky`, quick)
  flaky(@Payload() data: { id: string }, @Ctx() context: JetStreamContext) {
    if (!context.isLastAttempt()) throw new Error(`not at attempt ${context.getAttempt()}`);
    seen.push(`flaky ${data.id} ${context.getAttempt()}`);
  }

  @EventPattern<string>(`${prefix}-broken`, quick)
  broken(): void {
    throw new TypeError('what really happened');
  }

  @EventPattern<string>(`${prefix}-refused`)
  refused(): void {
    throw new PermanentError('never');
  }

  @EventPattern<string>(`${prefix}-slow`)
  async slow() {
    seen.push('slow begun');
    await gate.open;
    seen.push('slow done');
  }

  @MessagePattern({ cmd: `${prefix}.sum` })
  sum(@Payload() numbers: number[]) {
    return numbers.reduce((a, b) => a + b, 0);
  }

  @MessagePattern(`${prefix}.many`)
  many() {
    return of(1, 2, 3);
  }

  @MessagePattern(`${prefix}.fails`)
  fails(): void {
    throw new RpcException({ code: 42, message: 'no car' });
  }
}

@Module({ controllers: [Handlers] })
class SpecModule {}

describeWithServers(['nats'], 'The transport', () => {
  const name = specName('App');
  let connection: JetStreamConnection;
  let client: JetStreamClient;
  let app: INestApplication;

  async function startApp(): Promise<INestApplication> {
    const module = await Test.createTestingModule({ imports: [SpecModule] }).compile();
    const started = module.createNestApplication({ logger: false });
    connectJetStream(started, { connection, name, log: new MemoryLogger() });
    await started.startAllMicroservices();
    await started.init();
    return started;
  }

  beforeAll(async () => {
    connection = specConnection();
    client = new JetStreamClient({ connection });
    app = await startApp();
  });
  afterAll(async () => {
    await app.close();
    const letters = new DeadLetterStore(connection, name);
    for (const { id } of await letters.list()) await letters.remove(id);
    await connection.use(async ({ jsm }) => {
      for await (const { name: consumer } of jsm.consumers.list(COMMANDS_STREAM)) {
        if (consumer.startsWith(name.toLowerCase())) await jsm.consumers.delete(COMMANDS_STREAM, consumer);
      }
      for (const more of ['.*.*', '-flaky.*', '-broken.*', '-refused.*', '-slow.*']) {
        await jsm.streams.purge(COMMANDS_STREAM, { filter: `spark.commands.events.${prefix}${more}` });
      }
    });
    await connection.close();
  });

  const emit = (pattern: string, id: string) =>
    lastValueFrom(client.emit(pattern, { id }), { defaultValue: undefined });

  it('brings an event to every handler that fits its pattern', async () => {
    await emit(`${prefix}.made`, '1');
    await emit(`${prefix}.other`, '2');
    await eventually(() => ['made 1 1 true', 'any 1', 'any 2'].every((line) => seen.includes(line)));
    expect(seen.length).toBe(3);
  });

  it('tries a failed event again, as the handler wants it', async () => {
    await emit(`${prefix}-flaky`, '3');
    await eventually(() => seen.includes('flaky 3 3'));
  });

  it('sets an event aside with what its handler really threw', async () => {
    const letters = new DeadLetterStore(connection, name);
    await emit(`${prefix}-broken`, '4');
    await emit(`${prefix}-refused`, '5');
    await eventually(async () => (await letters.count()) === 2);
    const found = await letters.list();
    const errors = found.map(({ attempts }) => attempts.map(({ error }) => error).join());
    expect(errors.toSorted()).toEqual([
      'never',
      'what really happened,what really happened,what really happened',
    ]);
  });

  it('answers requests, streams and errors as Nest users know them', async () => {
    expect(await firstValueFrom(client.send<number>({ cmd: `${prefix}.sum` }, [1, 2, 3]))).toBe(6);
    expect(await lastValueFrom(client.send(`${prefix}.many`, {}).pipe(toArray()))).toEqual([1, 2, 3]);
    await expect(lastValueFrom(client.send(`${prefix}.fails`, {}))).rejects.toEqual({
      code: 42,
      message: 'no car',
    });
    await expect(lastValueFrom(client.send(`${prefix}.nobody`, {}))).rejects.toThrow(NoHandlerError);
  });

  it('refuses to send to many patterns at once', async () => {
    await expect(lastValueFrom(client.emit(`${prefix}.*`, {}))).rejects.toThrow('single one');
  });

  it('waits for running handlers when the application closes, and gives the rest to the next one', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    gate.open = promise;
    await emit(`${prefix}-slow`, '6');
    await eventually(() => seen.includes('slow begun'));
    const closing = app.close();
    expect(seen).not.toContain('slow done');
    resolve();
    await closing;
    await emit(`${prefix}-flaky`, '7');
    expect(seen.filter((line) => line.startsWith('slow'))).toEqual(['slow begun', 'slow done']);
    expect(seen).not.toContain('flaky 7 3');
    app = await startApp();
    await eventually(() => seen.includes('flaky 7 3'));
    expect(seen.filter((line) => line === 'slow begun').length).toBe(1);
  });
});
