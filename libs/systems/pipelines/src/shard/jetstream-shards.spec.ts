import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { JetStreamConnection } from '@nestjs-spark/jetstream';
import { describeWithServers, eventually, testServers } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { JetStreamShards } from './jetstream-shards.ts';
import type { ShardListener } from './ports.ts';
import { SHARDS } from './shard-of.ts';

const TTL_MS = 1_000;
const WAIT = { timeoutMs: 20_000 };

describeWithServers(['nats'], 'the shards of a cluster', () => {
  let connection: JetStreamConnection;
  let stream: string;
  let keepers: JetStreamShards[];
  beforeEach(() => {
    stream = `SPEC_${randomBytes(5).toString('hex')}`;
    keepers = [];
    connection = new JetStreamConnection({
      url: testServers().natsUrl,
      name: 'spec',
      log: new MemoryLogger(),
    });
  });
  afterEach(async () => {
    await Promise.all(keepers.map((keeper) => keeper.close()));
    await connection.use(async ({ jsm }) => {
      for (const name of ['NODES', 'SHARDS'])
        await jsm.streams.delete(`KV_${stream}_${name}`).catch(() => false);
    });
    await connection.close();
  });

  async function start(node: string, listener: Partial<ShardListener> = {}): Promise<JetStreamShards> {
    const place = { stream, root: stream };
    const log = new MemoryLogger();
    const keeper = new JetStreamShards({ connection, node, ttlMs: TTL_MS, log, place });
    keepers.push(keeper);
    await keeper.start({ taken: async () => undefined, lost: async () => undefined, ...listener });
    return keeper;
  }

  it('are claimed again where one could not be taken', async () => {
    const served = new Map<number, number>();
    let failures = 2;
    const keeper = await start('one', {
      taken: async (shard, epoch) => {
        if (shard === 7 && failures-- > 0) throw new Error('NATS did not answer');
        served.set(shard, epoch);
      },
    });
    await eventually(() => served.size === SHARDS);
    expect(keeper.epochOf(7)).toBe(served.get(7));
  }, 60_000);

  it('are claimed again, each in a later epoch, where NATS has lost who has them', async () => {
    const events: string[] = [];
    const keeper = await start('one', {
      taken: async (shard, epoch) => void (shard === 7 && events.push(`taken in ${epoch}`)),
      lost: async (shard) => void (shard === 7 && events.push('lost')),
    });
    expect(events).toEqual(['taken in 1']);
    await connection.use(async ({ jsm }) => {
      for (const name of ['NODES', 'SHARDS']) await jsm.streams.delete(`KV_${stream}_${name}`);
    });
    await eventually(() => expect(events).toEqual(['taken in 1', 'lost', 'taken in 2']), WAIT);
    await eventually(async () => expect((await keeper.overview()).shards).toHaveLength(SHARDS), WAIT);
  }, 60_000);

  it('stay with their node however long ending one of them takes', async () => {
    const held = Promise.withResolvers<void>();
    await start('slow', { lost: () => held.promise });
    const taken: number[] = [];
    const other = await start('other', { taken: async (shard) => void taken.push(shard) });
    const until = performance.now() + 3 * TTL_MS;
    await eventually(() => performance.now() > until);
    expect(taken).toEqual([]);
    expect((await other.overview()).nodes.map(({ id }) => id).toSorted()).toEqual(['other', 'slow']);
    held.resolve();
    await eventually(() => taken.length > 0);
  }, 60_000);
});
