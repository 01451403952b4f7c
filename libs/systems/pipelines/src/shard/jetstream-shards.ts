import { randomUUID } from 'node:crypto';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import { endsWithin, inGroups, keepRunning, pause } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection, RevisedValue, RevisedValues } from '@nestjs-spark/jetstream/internal';
import { FencedError } from '../connect/ports.ts';
import { PLACE, type JetStreamPlace } from '../store/place.ts';
import { isEntry, isNode, isSettings, parsed, type LiveNode, type ShardEntry } from './entries.ts';
import { clusterValues } from './cluster-values.ts';
import type { ClusterOverview, ShardKeeper, ShardListener } from './ports.ts';
import { rendezvous } from './rendezvous.ts';
import { SHARD_FUNCTION, SHARDS } from './shard-of.ts';
import { LOOKS_IN_TTL, turnIsDue, type Turn } from './turn-is-due.ts';

export interface JetStreamShardsOptions {
  connection: JetStreamConnection;
  node: string;
  ttlMs: number;
  log: Logger;
  place?: JetStreamPlace;
}

const AT_ONCE = 64;
const TAKEN_TOGETHER = 16;
/** The share of the TTL after which a node that cannot renew stops by itself. Correctness does not depend on it. */
const STOPS_AFTER = 0.9;
/** How long the application's end waits for NATS at most, in milliseconds. */
const ENDS_WITHIN_MS = 3_000;
/** How many times per TTL to check whether the renewal is late. */
const LOOKS_FOR_LATE = 20;
const SETTINGS_KEY = 'settings';

/**
 * The shards of a cluster. Each node renews one value; who should own a shard follows from the set of live nodes, and each node claims its
 * own shards when they are free. There is no coordinator.
 */
export class JetStreamShards implements ShardKeeper {
  readonly node: string;
  readonly holder = randomUUID();
  readonly #ttlMs: number;
  readonly #log: Logger;
  readonly #nodes: RevisedValues;
  readonly #shards: RevisedValues;
  readonly #closing = new AbortController();
  readonly #seen = new Map<string, LiveNode>();
  readonly #entries = new Map<number, ShardEntry>();
  readonly #mine = new Map<number, number>();
  /** Shards that are being taken or given back; nothing else is started with them. */
  readonly #moving = new Map<number, Promise<void>>();
  #listener: ShardListener | null = null;
  #renewedAt = -Infinity;
  /** When the nodes were last read: a process that slept since then knows nothing newer. */
  #lookedAt = -Infinity;
  #turned: Turn | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor({ connection, node, ttlMs, log, place = PLACE }: JetStreamShardsOptions) {
    this.node = node;
    this.#ttlMs = ttlMs;
    this.#log = log;
    const { nodes, shards } = clusterValues(connection, place);
    this.#nodes = nodes;
    this.#shards = shards;
  }

  async start(listener: ShardListener): Promise<void> {
    this.#listener = listener;
    await this.#fixSettings();
    await this.#renew();
    const first = Promise.withResolvers<void>();
    // Separate loops: whatever taking and giving back shards may wait for, the lease is renewed.
    const renewing = this.#repeat('This node is not renewed', this.#ttlMs / 3, () => this.#renew());
    const turning = this.#repeat('Shards are not kept', this.#ttlMs / LOOKS_IN_TTL, () =>
      this.#turnWhenDue().then(first.resolve),
    );
    const watch = setInterval(() => this.#stopWhenLate(), this.#ttlMs / LOOKS_FOR_LATE);
    this.#closing.signal.addEventListener('abort', () => clearInterval(watch), { once: true });
    this.#running = Promise.all([renewing, turning]);
    await first.promise;
  }

  epochOf(shard: number): number | null {
    return this.#mine.get(shard) ?? null;
  }

  /** The epoch of a shard's owner as known to this process. */
  ownerEpoch(shard: number): number | null {
    const entry = this.#entries.get(shard);
    return entry && entry.holder !== null ? entry.epoch : null;
  }

  async raise(shard: number, above: number): Promise<number> {
    const entry = this.#entries.get(shard);
    if (!entry || entry.holder !== this.holder || !this.#mine.has(shard)) throw new FencedError(null);
    const epoch = Math.max(entry.epoch, above) + 1;
    if (!(await this.#write(shard, this.holder, epoch, entry.revision))) throw new FencedError(null);
    await this.#own(shard, epoch);
    return epoch;
  }

  async overview(): Promise<ClusterOverview> {
    const entries = [...this.#entries].filter(([, { holder }]) => holder !== null);
    const counts = new Map<string, number>(this.#live().map((life) => [life, 0]));
    for (const [, { holder }] of entries) counts.set(holder ?? '', (counts.get(holder ?? '') ?? 0) + 1);
    const nodes = this.#live().map((life) => ({
      id: this.#seen.get(life)?.node ?? this.node,
      shards: counts.get(life) ?? 0,
    }));
    const shards = entries
      .map(([shard, { node, epoch }]) => ({ shard, node, epoch }))
      .toSorted((one, other) => one.shard - other.shard);
    return { nodes, shards };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await endsWithin(Promise.all(this.#moving.values()), ENDS_WITHIN_MS);
    const mine = [...this.#mine.keys()];
    await inGroups(mine, AT_ONCE, (shard) => this.#giveBack(shard)).catch(() => undefined);
    await this.#nodes.remove(this.holder).catch(() => undefined);
  }

  #repeat(trouble: string, everyMs: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#closing;
    return keepRunning(() => work().then(() => pause(everyMs, signal)), {
      signal,
      policy: { waitMs: this.#ttlMs / 10 },
      onFailure: (error) => this.#log.warn(`${trouble}: ${describeError(error)}`),
    });
  }

  async #renew(): Promise<void> {
    const sentAt = performance.now();
    await this.#nodes.put(this.holder, JSON.stringify({ node: this.node, ttlMs: this.#ttlMs }), null);
    this.#renewedAt = sentAt;
  }

  /** The few nodes are polled often, so that a silent one is noticed soon after its TTL; the many shards rarely. */
  async #turnWhenDue(): Promise<void> {
    const askedAt = performance.now();
    const nodes = await this.#nodes.all();
    this.#lookedAt = askedAt;
    this.#look(nodes);
    const turn = { at: askedAt, live: this.#live() };
    if (!turnIsDue(this.#turned, turn, this.#ttlMs)) return;
    await this.#turn();
    this.#turned = turn;
  }

  async #turn(): Promise<void> {
    this.#learnAll(await this.#shards.all());
    for (const shard of this.#mine.keys())
      if (this.#entries.get(shard)?.holder !== this.holder) void this.#move(shard, () => this.#lose(shard));
    if (this.#isLate()) throw new Error('this node could not be renewed, and claims nothing until it is');
    const live = this.#live();
    const still = Array.from({ length: SHARDS }, (_, shard) => shard).filter(
      (shard) => !this.#moving.has(shard),
    );
    // Not only those in `mine`: a shard that could not be given back is still held.
    const back = still.filter(
      (shard) => this.#entries.get(shard)?.holder === this.holder && rendezvous(shard, live) !== this.holder,
    );
    for (const shard of back.slice(0, AT_ONCE)) void this.#move(shard, () => this.#giveBack(shard));
    // Asked in this order: hardly any is free, and whose a shard should be takes a hash for each node.
    const free = still.filter(
      (shard) => this.#isFree(shard, live) && rendezvous(shard, live) === this.holder,
    );
    const failures: unknown[] = [];
    await inGroups(free, TAKEN_TOGETHER, (shard) =>
      this.#move(shard, () => this.#claim(shard)).catch((error: unknown) => failures.push(error)),
    );
    if (failures.length > 0) throw failures[0];
  }

  /** Runs one operation on a shard, unless another is in progress. Giving it back may take as long as a batch. */
  #move(shard: number, work: () => Promise<void>): Promise<void> {
    if (this.#moving.has(shard)) return Promise.resolve();
    const moved = work().finally(() => this.#moving.delete(shard));
    const ended = moved.catch((error: unknown) =>
      this.#log.debug(`Shard ${shard}, tried again: ${describeError(error)}`),
    );
    this.#moving.set(shard, ended);
    return moved;
  }

  #look(nodes: readonly RevisedValue[]): void {
    const now = performance.now();
    const there = new Set<string>();
    for (const { key, revision, value } of nodes) {
      const read = parsed(value);
      if (!isNode(read)) continue;
      there.add(key);
      const before = this.#seen.get(key);
      if (before?.revision === revision) continue;
      const ttlMs = Math.min(read.ttlMs, 60_000);
      this.#seen.set(key, { node: read.node, revision, since: now, ttlMs });
    }
    for (const key of this.#seen.keys()) if (!there.has(key)) this.#seen.delete(key);
  }

  #learnAll(values: readonly RevisedValue[]): void {
    for (const value of values) this.#learn(value);
    const there = new Set(values.map(({ key }) => Number(key)));
    // NATS has lost its data: nobody owns them, and they continue in a later epoch.
    for (const [shard, { epoch }] of this.#entries)
      if (!there.has(shard)) this.#entries.set(shard, { holder: null, node: '', epoch, revision: 0 });
  }

  #learn({ key, revision, value }: RevisedValue): void {
    const shard = Number(key);
    const read = parsed(value);
    if (!Number.isInteger(shard) || shard < 0 || shard >= SHARDS || !isEntry(read)) return;
    const { holder, node, epoch } = read;
    this.#entries.set(shard, { holder, node, epoch, revision });
  }

  /** Only a renewal counts as a sign of life. */
  #live(): string[] {
    const others = [...this.#seen].filter(
      ([life, { since, ttlMs }]) => life !== this.holder && this.#lookedAt - since < ttlMs,
    );
    return [this.holder, ...others.map(([life]) => life)];
  }

  #isFree(shard: number, live: readonly string[]): boolean {
    const holder = this.#entries.get(shard)?.holder ?? null;
    if (holder === this.holder) return !this.#mine.has(shard);
    return holder === null || !live.includes(holder);
  }

  async #claim(shard: number): Promise<void> {
    const entry = this.#entries.get(shard);
    const epoch = (entry?.epoch ?? 0) + 1;
    if (await this.#write(shard, this.holder, epoch, entry?.revision ?? 0)) await this.#own(shard, epoch);
  }

  /** A shard that cannot be taken is not owned either: the next turn claims it again. */
  async #own(shard: number, epoch: number): Promise<void> {
    this.#mine.set(shard, epoch);
    try {
      await this.#listener?.taken(shard, epoch);
    } catch (error) {
      await this.#lose(shard);
      throw error;
    }
  }

  async #giveBack(shard: number): Promise<void> {
    const entry = this.#entries.get(shard);
    await this.#lose(shard);
    if (entry?.holder === this.holder) await this.#write(shard, null, entry.epoch, entry.revision);
  }

  #isLate(): boolean {
    return performance.now() - this.#renewedAt >= STOPS_AFTER * this.#ttlMs;
  }

  #stopWhenLate(): void {
    if (!this.#isLate()) return;
    for (const shard of this.#mine.keys())
      if (this.#moving.has(shard)) void this.#lose(shard).catch(() => undefined);
      else void this.#move(shard, () => this.#lose(shard));
  }

  async #lose(shard: number): Promise<void> {
    if (this.#mine.delete(shard)) await this.#listener?.lost(shard);
  }

  async #write(shard: number, holder: string | null, epoch: number, expected: number): Promise<boolean> {
    const value = JSON.stringify({ holder, node: holder === null ? '' : this.node, epoch });
    const revision = await this.#shards.put(String(shard), value, expected);
    if (revision === null) return false;
    this.#entries.set(shard, { holder, node: this.node, epoch, revision });
    return true;
  }

  /** A different number of shards, or a different hash function, would give a pipeline two owners. */
  async #fixSettings(): Promise<void> {
    const wanted = { shards: SHARDS, function: SHARD_FUNCTION };
    await this.#shards.put(SETTINGS_KEY, JSON.stringify(wanted), 0);
    const there = (await this.#shards.all()).find(({ key }) => key === SETTINGS_KEY);
    const kept = parsed(there?.value ?? null);
    if (isSettings(kept) && kept.shards === SHARDS && kept.function === SHARD_FUNCTION) return;
    throw new Error(
      `The bucket SPARK_PIPELINE_SHARDS is of a cluster with other shards (${there?.value?.slice(0, 100) ?? 'unreadable'}): use another NATS account, or remove the bucket`,
    );
  }
}
