import { afterEach, expect, it } from '@jest/globals';
import { describeWithServers, eventually } from '@nestjs-spark/servers/testing';
import { once } from 'node:events';
import type { JetStreamConnection } from '../connect/connection.ts';
import { specConnection, specName } from '../fixtures/spec-connection.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { JetStreamLeaseKeeper } from './lease-keeper.ts';
import { openBucket } from '../provision/open-bucket.ts';
import { leaseKey, LEASES_BUCKET, LEASES_OPTIONS, LeaseStore } from './lease-store.ts';

describeWithServers(['nats'], 'A lease', () => {
  const connections: JetStreamConnection[] = [];
  const stops: AbortController[] = [];
  const running: Promise<void>[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) stop.abort();
    await Promise.all(running.splice(0));
    await newConnection().use(({ jsm }) =>
      jsm.streams.purge(`KV_${LEASES_BUCKET}`, { filter: `$KV.${LEASES_BUCKET}.spec.>` }),
    );
    for (const connection of connections.splice(0)) await connection.close();
  });

  function newConnection(): JetStreamConnection {
    const made = specConnection();
    connections.push(made);
    return made;
  }

  /** An instance that wants the lease, and says in `events` when it has and has no longer. */
  function instance(label: string, name: string, events: string[], ttlMs = 600) {
    const stop = new AbortController();
    const own = newConnection();
    stops.push(stop);
    const keeper = new JetStreamLeaseKeeper({
      connection: own,
      module: 'spec',
      log: new MemoryLogger(),
      ttlMs,
    });
    running.push(
      keeper.whileHeld(name, stop.signal, async (held) => {
        events.push(`${label}+`);
        if (!held.aborted) await once(held, 'abort');
        events.push(`${label}-`);
      }),
    );
    return { stop: () => stop.abort(), connection: own };
  }

  it('is held by one at a time, and passes on at once when its holder stops', async () => {
    const events: string[] = [];
    const name = specName('spec/one');
    const a = instance('a', name, events, 60_000);
    await eventually(() => events.join() === 'a+');
    instance('b', name, events, 60_000);
    const store = new LeaseStore({ connection: newConnection(), module: 'spec' });
    await eventually(async () => (await store.read(name))?.holder !== null);
    a.stop();
    await eventually(() => events.join() === 'a+,a-,b+');
  });

  it('stays with a holder that lives, for longer than its ttl', async () => {
    const events: string[] = [];
    const name = specName('spec/keep');
    // So long that a machine which stands still for a moment is not taken for dead.
    instance('a', name, events, 3_000);
    await eventually(() => events.join() === 'a+');
    instance('b', name, events, 3_000);
    const store = new LeaseStore({ connection: newConnection(), module: 'spec' });
    const first = (await store.read(name))?.revision ?? 0;
    const begun = Date.now();
    const isRenewed = async () => ((await store.read(name))?.revision ?? 0) > first;
    await eventually(async () => Date.now() - begun > 4_000 && (await isRenewed()));
    expect(events).toEqual(['a+']);
  });

  it('is taken over from a holder that shows no life, which stops by its own clock', async () => {
    const events: string[] = [];
    const name = specName('spec/hang');
    const a = instance('a', name, events);
    await eventually(() => events.join() === 'a+');
    instance('b', name, events);
    await a.connection.close();
    await eventually(() => events.includes('b+'));
    expect(events[events.indexOf('b+') - 1]).toBe('a-');
  });

  it('is lost at once when someone else has written it, and held again later', async () => {
    const events: string[] = [];
    const name = specName('spec/taken');
    instance('a', name, events);
    await eventually(() => events.join() === 'a+');
    const store = new LeaseStore({ connection: newConnection(), module: 'spec' });
    await eventually(async () => {
      const revision = (await store.read(name))?.revision ?? 0;
      return (await store.write(name, 'someone else', 300, revision)) !== null;
    });
    await eventually(() => events.join().startsWith('a+,a-,a+'));
  });

  it.each(['{"holder":"nobody"}', '{"holder":"nobody","ttlMs":"long"}', 'x', 'null'])(
    'is taken when what is there is %s, which no holder writes',
    async (value) => {
      const events: string[] = [];
      const name = specName('spec/odd');
      await newConnection().use((handle) =>
        openBucket(handle, LEASES_BUCKET, LEASES_OPTIONS, (bucket) =>
          bucket.put(leaseKey('spec', name), value),
        ),
      );
      instance('a', name, events);
      await eventually(() => events.join() === 'a+');
    },
  );

  it('says once that it cannot be acquired while NATS is away, however often that is tried', async () => {
    const own = newConnection();
    const log = new MemoryLogger();
    const stop = new AbortController();
    let failures = 0;
    await own.close();
    stops.push(stop);
    running.push(
      new JetStreamLeaseKeeper({ connection: own, module: 'spec', log }).whileHeld(
        specName('spec/away'),
        stop.signal,
        () => Promise.resolve(),
        (because) => void (because !== null && failures++),
      ),
    );
    await eventually(() => failures > 2);
    expect(log.lines).toHaveLength(1);
  });

  it('is released when its work ends or fails, and says why it failed', async () => {
    const name = specName('spec/fail');
    const own = newConnection();
    const keeper = new JetStreamLeaseKeeper({ connection: own, module: 'spec', log: new MemoryLogger() });
    const { signal } = new AbortController();
    await expect(keeper.whileHeld(name, signal, () => Promise.reject(new Error('broken')))).rejects.toThrow(
      'broken',
    );
    await keeper.whileHeld(name, signal, () => Promise.resolve());
    expect((await new LeaseStore({ connection: own, module: 'spec' }).read(name))?.holder).toBeNull();
  });
});
