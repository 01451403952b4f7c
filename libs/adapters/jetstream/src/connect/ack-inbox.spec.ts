import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from '@nestjs-spark/contracts';
import { JetStreamApiError } from '@nats-io/jetstream';
import { errors, MsgHdrsImpl, type Msg, type Status } from '@nats-io/transport-node';
import type { ConnectionStatus, JetStreamHandle } from './connection.ts';
import { AckInbox } from './ack-inbox.ts';

/** A connection to nobody: what is published is kept, and answered by the test. */
function startInbox(timeoutMs = 60_000) {
  const sent: { subject: string; reply: string; headers: string }[] = [];
  const statuses = Promise.withResolvers<Status>();
  const closed = Promise.withResolvers<void>();
  let hear: (message: Msg) => void = () => {};
  let denyAnswers: () => void = () => {};
  const nc = {
    subscribe: (inbox: string, { callback }: { callback: (error: Error | null, message: Msg) => void }) => {
      hear = (message) => callback(null, message);
      // The client passes an empty message.
      denyAnswers = () => {
        hear = () => {};
        callback(new errors.PermissionViolationError('denied', 'subscription', inbox), {} as Msg);
      };
    },
    publish: (subject: string, _: Uint8Array, { reply, headers }: { reply: string; headers: MsgHdrsImpl }) =>
      void sent.push({ subject, reply, headers: headers.toString() }),
    status: async function* () {
      yield await statuses.promise;
    },
    closed: () => closed.promise,
  };
  const listeners = new Set<(status: ConnectionStatus) => void>();
  const connection = {
    inboxPrefix: '_INBOX.spec',
    onStatus: (listener: (status: ConnectionStatus) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    unavailable: () => new UnavailableError('away'),
  };
  const handle = { nc, js: { getOptions: () => ({ timeout: timeoutMs }) } };
  const inbox = AckInbox.of(handle as unknown as JetStreamHandle, connection);
  const answer = (index: number, text: string, code?: number): void => {
    const { reply: subject = '' } = sent[index] ?? {};
    hear({ subject, data: Buffer.from(text), ...(code && { headers: { code } }) } as unknown as Msg);
  };
  const publish = (subject: string) => inbox.publish(subject, Buffer.from('x'), { 'Nats-TTL': '5s' });
  const deny = (subject: string): void =>
    statuses.resolve({
      type: 'error',
      error: new errors.PermissionViolationError('denied', 'publish', subject),
    });
  const say = (status: ConnectionStatus): void => listeners.forEach((listener) => listener(status));
  const close = (): void => closed.resolve();
  return { sent, answer, publish, deny, denyAnswers: () => denyAnswers(), say, close };
}

describe('What is published', () => {
  it('gets the sequence under which it is stored, whichever is acknowledged first', async () => {
    const { sent, answer, publish } = startInbox();
    const both = [publish('a'), publish('b')];
    answer(1, '{"stream":"S","seq":8}');
    answer(0, '{"stream":"S","seq":7}');
    expect(await Promise.all(both)).toEqual([7, 8]);
    expect(sent[0]?.headers).toContain('Nats-TTL: 5s');
  });

  it('fails with the error of the server', async () => {
    const { answer, publish } = startInbox();
    const published = publish('a');
    answer(0, '{"error":{"code":400,"err_code":10071,"description":"wrong last sequence"}}');
    await expect(published).rejects.toMatchObject({ code: 10071, constructor: JetStreamApiError });
  });

  it.each(['', 'no JSON', '{}'])('does not count as stored after the answer %j', async (text) => {
    const { answer, publish } = startInbox();
    const published = publish('a');
    answer(0, text);
    await expect(published).rejects.toThrow(errors.RequestError);
  });

  it('fails when no stream takes its subject', async () => {
    const { answer, publish } = startInbox();
    const published = publish('a');
    answer(0, '', 503);
    await expect(published).rejects.toThrow(errors.NoRespondersError);
  });

  it('fails when nobody answers in time, and a late answer goes to no other message', async () => {
    const { answer, publish } = startInbox(1);
    await expect(publish('a')).rejects.toThrow(errors.TimeoutError);
    const next = publish('b');
    answer(0, '{"seq":1}');
    answer(1, '{"seq":2}');
    expect(await next).toBe(2);
  });

  it('fails at once when the connection breaks: whether it is stored is not known', async () => {
    const { answer, publish, say } = startInbox();
    const both = [publish('a'), publish('b')];
    say('disconnected');
    for (const one of both) await expect(one).rejects.toThrow(UnavailableError);
    const later = publish('a');
    answer(2, '{"seq":4}');
    expect(await later).toBe(4);
  });

  it('fails at once when the connection is closed, even if nobody says that it broke', async () => {
    const { publish, close } = startInbox();
    const published = publish('a');
    close();
    await expect(published).rejects.toThrow(UnavailableError);
  });

  it('does not fail because the connection is there', async () => {
    const { answer, publish, say } = startInbox();
    const published = publish('a');
    say('connected');
    answer(0, '{"seq":1}');
    expect(await published).toBe(1);
  });

  it('fails at once when this user may not publish there, and nothing else does', async () => {
    const { answer, publish, deny } = startInbox();
    const [denied, allowed] = [publish('a'), publish('b')];
    deny('a');
    await expect(denied).rejects.toThrow(errors.PermissionViolationError);
    answer(1, '{"seq":3}');
    expect(await allowed).toBe(3);
  });

  it('fails at once while this user may not receive answers', async () => {
    const { answer, publish, denyAnswers } = startInbox();
    const both = [publish('a'), publish('b')];
    denyAnswers();
    for (const one of both) await expect(one).rejects.toThrow(errors.PermissionViolationError);
    const later = publish('a');
    answer(2, '{"seq":4}');
    expect(await later).toBe(4);
  });
});
