import { randomUUID } from 'node:crypto';
import { describeError, type Logger } from '@nestjs-spark/foundation';
import {
  inGroups,
  isNullOr,
  isObjectOf,
  isText,
  isWhole,
  keepRunning,
  pause,
} from '@nestjs-spark/foundation/internal';
import { RevisedValues, type JetStreamConnection, type RevisedValue } from '@nestjs-spark/jetstream/internal';
import { FencedError } from '../connect/ports.ts';
import { PLACE, type JetStreamPlace } from '../store/place.ts';
import type { ClusterOverview, ShardKeeper, ShardListener } from './ports.ts';
import { rendezvous } from './rendezvous.ts';
import { SHARD_FUNCTION, SHARDS } from './shard-of.ts';

/** A shard's entry: it changes only when the owner does. */
interface ShardEntry {
  /** This life of a process; null: given back. */
  holder: string | null;
  node: string;
  epoch: number;
  revision: number;
}

interface LiveNode {
  node: string;
  revision: number;
  /** When this revision was first seen, by this process's own clock. */
  since: number;
  ttlMs: number;
}

export interface JetStreamShardsOptions {
  connection: JetStreamConnection;
  node: string;
  ttlMs: number;
  log: Logger;
  place?: JetStreamPlace;
}

const AT_ONCE = 64;
const TAKEN_TOGETHER = 16;
/** A node that cannot renew stops by itself before the others may take its shards; nothing correct rests on that. */
const STOPS_AFTER = 0.9;
const CLEANED_AFTER_MS = 10 * 60_000;
const isNode = isObjectOf({ node: isText(128), ttlMs: isWhole });
const isEntry = isObjectOf({ holder: isNullOr(isText(64)), node: isText(128), epoch: isWhole });
const isSettings = isObjectOf({ shards: isWhole, function: isText(32) });
const SETTINGS_KEY = 'settings';

/**
 * The shards of a cluster. Each node renews one value; who should own what follows from the nodes that are alive, and each claims
 * what is its own and free. There is no coordinator.
 */
export class JetStreamShards implements ShardKeeper {
  readonly node: string;
  readonly #life = randomUUID();
  readonly #ttlMs: number;
  readonly #log: Logger;
  readonly #nodes: RevisedValues;
  readonly #shards: RevisedValues;
  readonly #closing = new AbortController();
  readonly #seen = new Map<string, LiveNode>();
  readonly #entries = new Map<number, ShardEntry>();
  readonly #mine = new Map<number, number>();
  #listener: ShardListener | null = null;
  #renewedAt = -Infinity;
  #running: Promise<void> = Promise.resolve();

  constructor({ connection, node, ttlMs, log, place = PLACE }: JetStreamShardsOptions) {
    this.node = node;
    this.#ttlMs = ttlMs;
    this.#log = log;
    this.#nodes = new RevisedValues(connection, `${place.stream}_NODES`, CLEANED_AFTER_MS);
    this.#shards = new RevisedValues(connection, `${place.stream}_SHARDS`);
  }

  async start(listener: ShardListener): Promise<void> {
    this.#listener = listener;
    await this.#fixSettings();
    const first = Promise.withResolvers<void>();
    const { signal } = this.#closing;
    this.#running = keepRunning(
      async () => {
        await this.#turn();
        first.resolve();
        await pause(this.#ttlMs / 3, signal);
      },
      {
        signal,
        policy: { waitMs: this.#ttlMs / 10 },
        onFailure: (error) => this.#log.warn(`Shards are not kept: ${describeError(error)}`),
        onEachFailure: () => void this.#stopWhenLate(),
      },
    );
    await first.promise;
  }

  epochOf(shard: number): number | null {
    return this.#mine.get(shard) ?? null;
  }

  /** The epoch of whoever owns a shard, as this process knows it. */
  ownerEpoch(shard: number): number | null {
    const entry = this.#entries.get(shard);
    return entry && entry.holder !== null ? entry.epoch : null;
  }

  async raise(shard: number, above: number): Promise<number> {
    const entry = this.#entries.get(shard);
    if (!entry || entry.holder !== this.#life || !this.#mine.has(shard)) throw new FencedError(null);
    const epoch = Math.max(entry.epoch, above) + 1;
    if (!(await this.#write(shard, this.#life, epoch, entry.revision))) throw new FencedError(null);
    this.#mine.set(shard, epoch);
    await this.#listener?.taken(shard, epoch);
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
    const mine = [...this.#mine.keys()];
    await inGroups(mine, AT_ONCE, (shard) => this.#giveBack(shard)).catch(() => undefined);
    await this.#nodes.remove(this.#life).catch(() => undefined);
  }

  async #turn(): Promise<void> {
    const sentAt = performance.now();
    await this.#nodes.put(this.#life, JSON.stringify({ node: this.node, ttlMs: this.#ttlMs }), null);
    this.#renewedAt = sentAt;
    const [nodes, shards] = await Promise.all([this.#nodes.all(), this.#shards.all()]);
    this.#look(nodes);
    for (const value of shards) this.#learn(value);
    const live = this.#live();
    await this.#loseOthers();
    const wanted = Array.from({ length: SHARDS }, (_, shard) => shard);
    const back = wanted.filter((shard) => this.#mine.has(shard) && rendezvous(shard, live) !== this.#life);
    await inGroups(back.slice(0, AT_ONCE), TAKEN_TOGETHER, (shard) => this.#giveBack(shard));
    const free = wanted.filter(
      (shard) => rendezvous(shard, live) === this.#life && this.#isFree(shard, live),
    );
    await inGroups(free, TAKEN_TOGETHER, (shard) => this.#claim(shard));
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

  #learn({ key, revision, value }: RevisedValue): void {
    const shard = Number(key);
    const read = parsed(value);
    if (!Number.isInteger(shard) || shard < 0 || shard >= SHARDS || !isEntry(read)) return;
    const { holder, node, epoch } = read;
    this.#entries.set(shard, { holder, node, epoch, revision });
  }

  /** Only a renewal shows life. */
  #live(): string[] {
    const now = performance.now();
    const others = [...this.#seen].filter(
      ([life, { since, ttlMs }]) => life !== this.#life && now - since < ttlMs,
    );
    return [this.#life, ...others.map(([life]) => life)];
  }

  #isFree(shard: number, live: readonly string[]): boolean {
    const holder = this.#entries.get(shard)?.holder ?? null;
    if (holder === this.#life) return !this.#mine.has(shard);
    return holder === null || !live.includes(holder);
  }

  async #claim(shard: number): Promise<void> {
    const entry = this.#entries.get(shard);
    const epoch = (entry?.epoch ?? 0) + 1;
    if (!(await this.#write(shard, this.#life, epoch, entry?.revision ?? 0))) return;
    this.#mine.set(shard, epoch);
    await this.#listener?.taken(shard, epoch);
  }

  async #giveBack(shard: number): Promise<void> {
    const entry = this.#entries.get(shard);
    await this.#lose(shard);
    if (entry?.holder === this.#life) await this.#write(shard, null, entry.epoch, entry.revision);
  }

  async #loseOthers(): Promise<void> {
    const lost = [...this.#mine.keys()].filter((shard) => this.#entries.get(shard)?.holder !== this.#life);
    await inGroups(lost, TAKEN_TOGETHER, (shard) => this.#lose(shard));
  }

  async #stopWhenLate(): Promise<void> {
    if (performance.now() - this.#renewedAt < STOPS_AFTER * this.#ttlMs) return;
    await inGroups([...this.#mine.keys()], TAKEN_TOGETHER, (shard) => this.#lose(shard));
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

  /** Another number of shards, or another function, would give a pipeline two owners. */
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

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
