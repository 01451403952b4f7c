import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { DEAD_LETTERS_STREAM } from '@nestjs-spark/contracts/internal';
import { describeWithServers, eventually, TcpProxy, testServers } from '@nestjs-spark/servers/testing';
import type { Consumer } from '@nats-io/jetstream';
import type { JetStreamConnection } from '../connect/connection.ts';
import { DeadLetterStore } from '../dead-letter/dead-letter-store.ts';
import type { DeadLetter } from '../dead-letter/letter.ts';
import { DeadLetterWriter } from '../dead-letter/write-letter.ts';
import { deleteStreams, specConnection, specName } from '../fixtures/spec-connection.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { ensureStream } from '../provision/ensure-stream.ts';
import { lastMessage } from '../provision/last-message.ts';
import { COMMANDS } from '../provision/streams.ts';
import { DurableConsumer, type DurableConsumerOptions } from './durable-consumer.ts';
import { type DurableMessage, messageId } from './durable-message.ts';
import { PermanentError } from './permanent-error.ts';

const QUICK = { delaysSeconds: [0.01, 0.01, 0.01, 0.01, 0.01] };

describeWithServers(['nats'], 'A durable consumer', () => {
  let connection: JetStreamConnection;
  let letters: DeadLetterStore;
  const module = specName('Mod');
  const prefix = specName('cmd');
  const stream = { ...COMMANDS, name: specName('SPEC_'), subjects: [`${prefix}.>`] };
  const started: DurableConsumer[] = [];

  beforeAll(async () => {
    connection = specConnection();
    letters = new DeadLetterStore(connection, module);
    await ensureStream(connection, stream);
  });
  afterEach(() => Promise.all(started.splice(0).map((consumer) => consumer.stop())));
  afterAll(async () => {
    for (const { id } of await letters.list()) await letters.remove(id);
    await deleteStreams(connection, stream.name);
    await connection.close();
  });

  function consume(
    name: string,
    handler: (message: DurableMessage, signal: AbortSignal) => Promise<void>,
    more: Partial<DurableConsumerOptions> = {},
  ): DurableConsumer {
    const log = new MemoryLogger();
    const consumer = new DurableConsumer({
      connection,
      log,
      module,
      name,
      stream,
      subjects: `${prefix}.${name}.*`,
      handler,
      retry: QUICK,
      ...more,
    });
    consumer.start();
    started.push(consumer);
    return consumer;
  }

  function letterOf(subject: string): Promise<DeadLetter> {
    return eventually(async () => {
      const [letter] = await letters.list(subject);
      if (!letter) throw new Error(`no letter of ${subject} yet`);
      return letter;
    });
  }

  /** The durable consumer without anyone at it, to take messages from and leave them unanswered. */
  async function abandoned(name: string): Promise<Consumer> {
    const consumer = consume(name, () => Promise.reject(new Error('nothing comes here')));
    const durable = `${module.toLowerCase()}-${name}`;
    await eventually(() =>
      connection.use(({ jsm }) => jsm.consumers.info(stream.name, durable)).then(() => true),
    );
    await consumer.stop();
    return connection.use(({ js }) => js.consumers.get(stream.name, durable));
  }

  const publish = (subject: string, data: string) =>
    connection.use(({ js }) => js.publish(`${prefix}.${subject}`, data));

  it('goes on when the stream with its consumer was lost while it waited', async () => {
    const lost = { ...stream, name: specName('LOST_'), subjects: [`${prefix}-lost.>`] };
    const subject = `${prefix}-lost.waits.one`;
    const handled: string[] = [];
    consume('waits', async (message) => void handled.push(message.json<string>()), {
      stream: lost,
      subjects: `${prefix}-lost.waits.*`,
    });
    const send = async (text: string) => {
      await ensureStream(connection, lost);
      await connection.use(({ js }) => js.publish(subject, JSON.stringify(text)));
    };
    await send('before');
    await eventually(() => expect(handled).toEqual(['before']));
    expect(await lastMessage(connection, lost.name, subject)).toMatchObject({ subject });
    await deleteStreams(connection, lost.name);
    expect(await lastMessage(connection, lost.name, subject)).toBeNull();
    await send('after');
    await eventually(() => expect(handled).toEqual(['before', 'after']), { timeoutMs: 60_000 });
    await deleteStreams(connection, lost.name);
  }, 90_000);

  it('writes no dead letter for a message that was replaced while it was handled', async () => {
    const begun = Promise.withResolvers<void>();
    const replaced = Promise.withResolvers<void>();
    const handled: string[] = [];
    consume('replaced', async (message) => {
      const text = message.json<string>();
      if (text === 'older') {
        begun.resolve();
        await replaced.promise;
      }
      handled.push(text);
      throw new PermanentError(`no ${text}`);
    });
    await publish('replaced.one', '"older"');
    await begun.promise;
    await publish('replaced.one', '"newer"');
    replaced.resolve();
    await eventually(() => expect(handled.toSorted()).toEqual(['newer', 'older']));
    const letter = await letterOf(`${prefix}.replaced.one`);
    expect(letter.attempts.at(-1)?.error).toContain('no newer');
    for (const one of started.splice(0)) await one.stop();
    expect(await letters.list(`${prefix}.replaced.one`)).toHaveLength(1);
    await letters.remove(letter.id);
  });

  it('sets aside a message that was replaced only by the replay of the letter of another consumer', async () => {
    const begun = Promise.withResolvers<void>();
    const replayed = Promise.withResolvers<void>();
    const subject = `${prefix}.replayed.one`;
    const more = { subjects: `${prefix}.replayed.*` };
    let fails = true;
    const failed = async () => {
      if (fails) throw new PermanentError('no first');
    };
    consume('replayed-first', failed, more);
    const slow = async () => {
      begun.resolve();
      await replayed.promise;
      throw new PermanentError('no second');
    };
    consume('replayed-second', slow, more);
    await publish('replayed.one', '"both"');
    await begun.promise;
    const letter = await letterOf(subject);
    fails = false;
    expect(await letters.replay(letter.id)).toBe('replayed');
    replayed.resolve();
    const other = await letterOf(subject);
    expect(other.attempts.at(-1)?.error).toContain('no second');
    await letters.remove(other.id);
  });

  it('hands over each message once when its handler succeeds', async () => {
    const seen: string[] = [];
    await publish('ok.before', '"early"');
    consume('ok', async (message) => void seen.push(message.json()));
    await publish('ok.after', '"late"');
    await eventually(() => seen.length === 2);
    expect(new Set(seen)).toEqual(new Set(['early', 'late']));
    const info = await connection.use(({ jsm }) =>
      jsm.consumers.info(stream.name, `${module.toLowerCase()}-ok`),
    );
    expect(info.num_pending).toBe(0);
    await eventually(async () => {
      const now = await connection.use(({ jsm }) =>
        jsm.consumers.info(stream.name, `${module.toLowerCase()}-ok`),
      );
      return now.num_ack_pending === 0;
    });
  });

  it('makes exactly one dead letter with six errors after six attempts, and replays it', async () => {
    const attempts: [number, boolean][] = [];
    let broken = true;
    const done: string[] = [];
    consume('six', async (message) => {
      if (!broken) return void done.push(new TextDecoder().decode(message.data));
      attempts.push([message.attempt, message.last]);
      throw new Error(`failure ${message.attempt}`);
    });
    await publish('six.a', 'the payload');
    const letter = await letterOf(`${prefix}.six.a`);
    expect(attempts).toEqual([1, 2, 3, 4, 5, 6].map((n) => [n, n === 6]));
    expect(letter.attempts.map(({ number, error }) => [number, error])).toEqual(
      [1, 2, 3, 4, 5, 6].map((n) => [n, `failure ${n}`]),
    );
    expect(letter.attempts.every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true);
    expect(await letters.count()).toBe(1);
    expect(new TextDecoder().decode((await letters.get(letter.id))?.payload ?? undefined)).toBe(
      'the payload',
    );

    broken = false;
    expect(await letters.replay(letter.id)).toBe('replayed');
    await eventually(() => done.join() === 'the payload');
    expect(await letters.count()).toBe(0);
    expect(await letters.replay(letter.id)).toBe('not-found');
  });

  it('warns once about what an operator has to fix, and goes on when it is fixed', async () => {
    const log = new MemoryLogger();
    const wrong = { ...stream, name: specName('WRONG_'), subjects: [`${prefix}-elsewhere.>`] };
    const right = { ...wrong, subjects: [`${prefix}-fixed.>`] };
    await ensureStream(connection, wrong);
    let handled = false;
    consume('fixed', async () => void (handled = true), {
      log,
      stream: right,
      subjects: `${prefix}-fixed.*`,
    });
    await eventually(() => log.said('warn').length > 0);
    expect(log.said('warn')[0]).toMatch(
      /it exists with the subjects .*rename a module, or delete the stream/,
    );
    await deleteStreams(connection, wrong.name);
    await ensureStream(connection, right);
    await connection.use(({ js }) => js.publish(`${prefix}-fixed.a`, 'x'));
    await eventually(() => handled);
    expect(log.lines).toHaveLength(1);
    await deleteStreams(connection, right.name);
  });

  it('tells of an outage once, however often it tries and however many handlers wait', async () => {
    const log = new MemoryLogger();
    const proxy = await TcpProxy.before(Number(new URL(testServers().natsUrl).port));
    const own = specConnection(`nats://127.0.0.1:${proxy.port}`);
    const seen: string[] = [];
    consume('outage', async (message) => void seen.push(message.json()), {
      connection: own,
      log,
      concurrency: 8,
    });
    for (const turn of ['1', '2', '3', '4', '5']) {
      await publish('outage.a', turn);
      await eventually(() => seen.length === Number(turn));
      proxy.reset();
    }
    expect(log.lines.length).toBeLessThanOrEqual(5);
    await own.close();
    await proxy.close();
  });

  it('sets a message aside at once when its handler says that trying again cannot help', async () => {
    let calls = 0;
    consume('never', async () => {
      calls += 1;
      throw new PermanentError('not allowed');
    });
    await publish('never.a', 'x');
    const letter = await letterOf(`${prefix}.never.a`);
    expect(letter.attempts).toMatchObject([{ number: 1, error: 'not allowed' }]);
    expect(calls).toBe(1);
    expect(await letters.remove(letter.id)).toBe(true);
    expect(await letters.remove(letter.id)).toBe(false);
  });

  it('remembers attempts and their errors over a restart', async () => {
    const first = consume(
      'restart',
      async () => {
        void first.stop();
        throw new Error('before');
      },
      { retry: { delaysSeconds: [1, 0.01] } },
    );
    await publish('restart.a', 'x');
    const info = () =>
      connection.use(({ jsm }) => jsm.consumers.info(stream.name, `${module.toLowerCase()}-restart`));
    await eventually(async () => (await info()).delivered.consumer_seq === 1);
    await first.stop();
    consume('restart', async () => Promise.reject(new Error('after')), {
      retry: { delaysSeconds: [1, 0.01] },
    });
    const letter = await letterOf(`${prefix}.restart.a`);
    expect(letter.attempts.map(({ error }) => error)).toEqual(['before', 'after', 'after']);
    await letters.remove(letter.id);
  });

  it('writes no second letter when it was killed between the letter and the end of the message', async () => {
    const pull = await abandoned('killed');
    await publish('killed.a', 'x');
    const message = await pull.next();
    if (!message) throw new Error('nothing came');
    const attempts = [{ number: 1, at: new Date().toISOString(), error: 'the first' }];
    const verdict = { module, id: messageId(message), attempts, unanswered: 0 };
    await new DeadLetterWriter(connection).write(message, verdict);
    message.nak();
    const consumer = consume('killed', () => Promise.reject(new PermanentError('the second')));
    await eventually(async () => (await pull.info()).num_ack_pending === 0);
    await consumer.stop();
    const found = await letters.list(`${prefix}.killed.a`);
    expect(found.map((letter) => letter.attempts[0]?.error)).toEqual(['the first']);
    for (const { id } of found) await letters.remove(id);
  });

  it('gives up a message that only ever ends its process', async () => {
    let handled = 0;
    const pull = await abandoned('poison');
    await publish('poison.a', 'x');
    for (let i = 0; i < 10; i++) (await pull.next({ expires: 5_000 }))?.nak();
    consume('poison', async () => void (handled += 1));
    const letter = await letterOf(`${prefix}.poison.a`);
    expect(letter).toMatchObject({ unanswered: 10, attempts: [] });
    expect(handled).toBe(0);
    await letters.remove(letter.id);
  });

  it('makes a letter of a message that leaves no room for one, and reads its payload where it is', async () => {
    const log = new MemoryLogger();
    consume('large', () => Promise.reject(new PermanentError('no')), { log });
    const { maxPayload } = await connection.ready();
    const data = 'x'.repeat(maxPayload - 200);
    await publish('large.a', data);
    const { id, ...letter } = await letterOf(`${prefix}.large.a`);
    expect(letter).toMatchObject({ apart: true, attempts: [{ number: 1, error: 'no' }] });
    expect(new TextDecoder().decode((await letters.get(id))?.payload ?? undefined)).toBe(data);
    expect(log.said('error')).toEqual([expect.stringMatching(/read it in SPEC_.*: no$/)]);
    expect(await letters.replay(id)).toBe('too-large');
    await connection.use(({ jsm }) => jsm.streams.purge(stream.name, { filter: `${prefix}.large.a` }));
    expect(await letters.get(id)).toMatchObject({ id, payload: null });
    expect(await letters.replay(id)).toBe('gone');
    expect(await letters.remove(id)).toBe(true);
  });

  it('lets a newer command take the place of one that waits, and does not bring the old one back', async () => {
    const seen: string[] = [];
    consume('newer', async (message) => {
      const value = message.json<string>();
      seen.push(value);
      if (value === 'old') throw new PermanentError('no');
    });
    await publish('newer.a', '"old"');
    const letter = await letterOf(`${prefix}.newer.a`);
    await publish('newer.a', '"new"');
    await eventually(() => seen.includes('new'));
    expect(await letters.replay(letter.id)).toBe('superseded');
    expect(await letters.get(letter.id)).toBeNull();
    expect(seen).toEqual(['old', 'new']);
  });

  it('replays for the handler that failed alone', async () => {
    const good: string[] = [];
    let broken = true;
    const bad: string[] = [];
    const subjects = `${prefix}.shared.*`;
    consume('shared-good', async (message) => void good.push(message.subject), { subjects });
    consume(
      'shared-bad',
      async (message) => {
        if (broken) throw new PermanentError('no');
        bad.push(message.subject);
      },
      { subjects },
    );
    await publish('shared.a', 'x');
    const letter = await letterOf(`${prefix}.shared.a`);
    await eventually(() => good.length === 1);
    broken = false;
    await letters.replay(letter.id);
    await eventually(() => bad.length === 1);
    await publish('shared.b', 'x');
    await eventually(() => good.includes(`${prefix}.shared.b`));
    expect(good).toEqual([`${prefix}.shared.a`, `${prefix}.shared.b`]);
  });

  it('keeps a long handler its message, and waits for it when it stops', async () => {
    const release = Promise.withResolvers<void>();
    let calls = 0;
    const consumer = consume(
      'long',
      async () => {
        calls += 1;
        await release.promise;
      },
      { ackWaitMs: 3_000, concurrency: 2 },
    );
    await publish('long.a', 'x');
    await eventually(() => calls === 1);
    const info = () =>
      connection.use(({ jsm }) => jsm.consumers.info(stream.name, `${module.toLowerCase()}-long`));
    const begun = Date.now();
    await eventually(async () => Date.now() - begun > 7_000 && (await info()).num_ack_pending === 1);
    let stopped = false;
    const stopping = consumer.stop().then(() => (stopped = true));
    await eventually(async () => (await info()).num_waiting === 0);
    expect(stopped).toBe(false);
    release.resolve();
    await stopping;
    expect(calls).toBe(1);
    await eventually(async () => (await info()).num_ack_pending === 0);
  });

  it('is not held up forever by a handler that never returns: the log names it, and the message is delivered again', async () => {
    const log = new MemoryLogger();
    const begun = Promise.withResolvers<void>();
    let isAsked = false;
    const consumer = consume(
      'stuck',
      (_, signal) => {
        signal.addEventListener('abort', () => (isAsked = true));
        begun.resolve();
        return new Promise(() => undefined);
      },
      { ackWaitMs: 1_000, log },
    );
    await publish('stuck.a', 'x');
    await begun.promise;
    await consumer.stop(1, 1);
    expect(isAsked).toBe(true);
    expect(log.said('warn')).toEqual([
      expect.stringContaining(`stuck has not returned for ${prefix}.stuck.a`),
    ]);
    started.splice(started.indexOf(consumer), 1);
    const again = Promise.withResolvers<string>();
    consume('stuck', async ({ subject }) => again.resolve(subject), { ackWaitMs: 1_000 });
    expect(await again.promise).toBe(`${prefix}.stuck.a`);
  });

  it('says nothing more of a message that it has left, whose handler fails when the application has closed what it needs', async () => {
    const begun = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const consumer = consume(
      'late',
      () => {
        begun.resolve();
        return closed.promise;
      },
      { ackWaitMs: 1_000 },
    );
    await publish('late.a', 'x');
    await begun.promise;
    await consumer.stop(1, 1);
    closed.reject(new PermanentError('the store is closed'));
    const again = Promise.withResolvers<number>();
    consume('late', async ({ attempt }) => again.resolve(attempt), { ackWaitMs: 1_000 });
    expect(await again.promise).toBe(1);
    expect(await letters.list(`${prefix}.late.a`)).toEqual([]);
  });

  it('leaves nothing behind on the server when letters are listed', async () => {
    const consumers = async () => {
      const found: string[] = [];
      const { jsm } = await connection.ready();
      for await (const { name, config } of jsm.consumers.list(DEAD_LETTERS_STREAM)) {
        if (JSON.stringify(config).includes(`.${module.toLowerCase()}.`)) found.push(name);
      }
      return found;
    };
    await letters.list();
    // The client removes its consumer without waiting for the answer.
    await eventually(async () => (await consumers()).length === 0);
  });

  it('keeps letters where only whole ids reach them', async () => {
    for (const id of ['>', `${module.toLowerCase()}.>`, '*.*.*', '', 'a.b', `other.x.1`]) {
      expect(await letters.get(id)).toBeNull();
      expect(await letters.remove(id)).toBe(false);
    }
  });
});
