import {
  applyStash,
  countRecords,
  type EntityFigures,
  listConflicts,
  listEvents,
  listLives,
  listMembers,
  listOutcomes,
  listStash,
  type OutcomeRow,
  PeerPlace,
  peerFigures,
  PeerRows,
  type SqliteDatabase,
  type WhichConflicts,
} from '@nestjs-spark/sqlite/internal';
import type { PeerEntity } from '../declare/find-entities.ts';
import type { DriftWatch } from '../compare/drift-watch.ts';
import { disagreeing, proposalOf } from '../merge/rank-proposals.ts';
import type { Heartbeat } from '../presence/heartbeat.ts';
import type { NodeState } from '../replicate/node-report.ts';
import type { PeerNode } from '../replicate/peer-node.ts';
import type { PeersSettings } from '../settings/options.ts';
import { lowWaterOf } from '../trim/low-water.ts';
import { conflictView } from './conflict-view.ts';
import { eventView } from './event-view.ts';
import { RecordCounts } from './record-counts.ts';
import { type EntityStatus, membersOf, type PeersStatus } from './peers-status.ts';

/** Whether a node has everything that was in the log when it checked, and otherwise why not. */
export interface PeersReadiness {
  ready: boolean;
  reason: string | null;
}

export interface PeersParts {
  readonly settings: PeersSettings;
  readonly stream: string;
  readonly database: SqliteDatabase;
  readonly node: PeerNode;
  readonly entities: readonly PeerEntity[];
  /** Collections whose declaration keeps them local to this node. */
  readonly disabled: readonly string[];
  readonly drift: DriftWatch;
  /** The heartbeats of other nodes from the last seconds. */
  others(): readonly Heartbeat[];
}

const DAY_MS = 86_400_000;

/** This node as one of the replicas. Inject it by its class. */
export class Peers {
  readonly #parts: PeersParts;
  readonly #records: RecordCounts;

  /** Constructed by the Nest module. */
  constructor(parts: PeersParts) {
    this.#parts = parts;
    this.#records = new RecordCounts((entity) => countRecords(parts.database, entity));
  }

  /** As far as is known, without asking anyone. */
  get isReady(): boolean {
    return this.#parts.node.state.isReady && !this.#isFarOff;
  }

  /** Calls back when this node becomes ready, and loses or regains the log. @returns a function that unsubscribes */
  onChange(listener: () => void): () => void {
    return this.#parts.node.report.onChange(listener);
  }

  /** Whether this node is ready; while it is not, this queries the end of the log. */
  async readiness(): Promise<PeersReadiness> {
    const { isReady, reason } = await this.#parts.node.look();
    const hours = Math.round(Math.abs(this.#clockOffsetMs) / 3_600_000);
    if (this.#isFarOff) return { ready: false, reason: `the clock is ${hours} hours off` };
    return { ready: isReady, reason };
  }

  /** The status, with current digests of small collections. */
  async report(): Promise<PeersStatus> {
    await this.#parts.drift.refresh();
    return this.status();
  }

  async status(): Promise<PeersStatus> {
    const { settings, stream, database, node, entities, drift } = this.#parts;
    const { reason, log, isFull: full, position, target, snapshot, refused, refusals } = node.state;
    const collections = entities.map(({ declaration }) => declaration.collection);
    const [beat, records] = await Promise.all([this.beat(), this.#records.of(collections)]);
    return database.read((open) => {
      const figures = peerFigures(open, records);
      return {
        service: settings.service,
        node: settings.nodeId,
        origin: beat.origin,
        state: this.#state(),
        reason,
        log: {
          stream,
          state: log,
          full,
          created: new PeerPlace(open).log,
          position,
          last: Math.max(position, target),
          lowWater: lowWaterOf(new PeerRows(open)),
          snapshot,
        },
        backlog: figures.backlog,
        refused,
        refusals,
        members: membersOf(listMembers(open), this.#parts.others(), beat),
        entities: figures.entities.map((figure) => ({
          ...this.#statusOf(figure, () => listOutcomes(open, figure.entity)),
          digest: drift.digestOf(figure.entity),
        })),
        disabled: [...this.#parts.disabled],
        etaSeconds: etaOf(node.state),
        stash: listStash(open).length,
        newLives: listLives(open).map(({ at: when, why }) => ({ at: new Date(when).toISOString(), why })),
        clockOffsetMs: beat.clockOffsetMs,
      };
    });
  }

  /** What this node reports about itself every few seconds. */
  async beat(): Promise<Heartbeat> {
    const { settings, database, node, entities } = this.#parts;
    const origin = await database.read((open) => new PeerPlace(open).origin);
    const policies = entities.map(({ declaration, policy, resolver, fingerprint }) => [
      declaration.collection,
      { policy, version: resolver?.version ?? null, fingerprint: fingerprint || null },
    ]);
    return {
      node: settings.nodeId,
      origin,
      state: this.#state(),
      position: node.state.position,
      clockOffsetMs: this.#clockOffsetMs,
      at: Date.now(),
      policies: Object.fromEntries(policies) as Heartbeat['policies'],
    };
  }

  #state(): PeersStatus['state'] {
    const { isReady, isLoading, position, log } = this.#parts.node.state;
    if (isReady) return 'ready';
    if (isLoading) return 'loading';
    return position === 0 && log === 'away' ? 'joining' : 'catching-up';
  }

  /** In tests, a shifted clock counts as the clock of this process. */
  get #clockOffsetMs(): number {
    const { settings, node } = this.#parts;
    const { clockMs } = node.state;
    return clockMs === null ? 0 : Math.round(clockMs) - settings.clockShiftMs;
  }

  get #isFarOff(): boolean {
    return Math.abs(this.#clockOffsetMs) > DAY_MS;
  }

  #statusOf(figures: EntityFigures, outcomes: () => OutcomeRow[]): Omit<EntityStatus, 'digest'> {
    const { policy = '', resolver = null, fingerprint = '' } = this.entity(figures.entity) ?? {};
    const latest = resolver === null ? [] : outcomes();
    const isUnresolved = ({ ended, resolutions }: OutcomeRow) => ended === null && resolutions.length === 0;
    const conflicts = {
      ...figures.conflicts,
      unresolved: latest.filter(isUnresolved).length,
      notDeterministic: latest.filter(
        ({ resolutions }) => disagreeing(resolutions.map(proposalOf)).length > 0,
      ).length,
    };
    return {
      ...figures,
      conflicts,
      policy,
      resolver: resolver && { version: resolver.version, fingerprint },
    };
  }

  /** The replicated collection of this name; null if there is none. */
  entity(name: string): PeerEntity | null {
    return this.#parts.entities.find(({ declaration }) => declaration.collection === name) ?? null;
  }

  /** Events of a collection, in the order in which this node applied them. */
  events(entity: string, range: { after: number; take: number; recordId?: string | undefined }) {
    return this.#parts.database.read((open) => {
      const rows = listEvents(open, entity, range);
      const items = rows.map(({ node, event }) => eventView(event, node));
      return { items, cursor: rows.length === range.take ? String(rows.at(-1)?.place) : null };
    });
  }

  /** Conflicts of a collection, latest first, each with the conflicting changes and the winner. */
  conflicts(entity: string, which: WhichConflicts) {
    const resolver = this.entity(entity)?.resolver ?? null;
    return this.#parts.database.read((open) => ({
      items: listConflicts(open, entity, which).map((row) => conflictView(row, resolver)),
    }));
  }

  /** Changes of an earlier life of this file that lost to others', latest first. */
  stash() {
    return this.#parts.database.read((open) => ({
      items: listStash(open).map(({ number, at, why, event }) => ({
        ...eventView(event, this.#parts.settings.nodeId),
        id: String(number),
        at: new Date(at).toISOString(),
        why,
        entity: event.entity,
      })),
    }));
  }

  /** Writes a stashed change again. @returns false when there is none with this id */
  applyStash(id: number): Promise<boolean> {
    return this.#parts.database.write((open) => applyStash(open, id));
  }

  /** Other nodes that have written and are not retired. */
  async openMembers(): Promise<{ node: string; origin: string; tail: number }[]> {
    const rows = await this.#parts.database.read(listMembers);
    return rows.filter(({ node, closed }) => closed === null && node !== this.#parts.settings.nodeId);
  }

  /** The latest origin of a node that has written; null if the node is unknown. */
  async memberOf(node: string): Promise<{ origin: string; tail: number } | null> {
    const rows = await this.#parts.database.read(listMembers);
    return rows.find((row) => row.node === node) ?? null;
  }
}

function etaOf({ position, target, perSecond }: NodeState): number | null {
  const behind = target - position;
  if (behind <= 0) return 0;
  return perSecond === null || perSecond === 0 ? null : Math.ceil(behind / perSecond);
}
