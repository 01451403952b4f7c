import {
  type ConflictRow,
  type EntityFigures,
  listConflicts,
  listEvents,
  listMembers,
  PeerPlace,
  peerFigures,
  type SqliteDatabase,
} from '@nestjs-spark/sqlite/internal';
import type { PeerEntity } from '../declare/find-entities.ts';
import { compareHeads } from '../merge/heads.ts';
import { compareResolutions, disagreeing, proposalOf } from '../merge/rank-proposals.ts';
import type { PeerNode } from '../replicate/peer-node.ts';
import type { PeersSettings } from '../settings/options.ts';
import { eventView } from './event-view.ts';

/** Whether a node has all that was in the log when it was asked, and why not. */
export interface PeersReadiness {
  ready: boolean;
  reason: string | null;
}

/** What a node has of one collection. */
export interface EntityStatus extends Omit<EntityFigures, 'conflicts'> {
  policy: string;
  /** Null when the last change wins. A fingerprint tells whether two nodes run the same code. */
  resolver: { version: number; fingerprint: string } | null;
  conflicts: EntityFigures['conflicts'] & {
    /** Open ones for which no resolver has given a result: the last change is shown. Of the latest 100. */
    unresolved: number;
    /** Those for which resolvers of one version gave different results. Of the latest 100. */
    notDeterministic: number;
  };
}

/** A node's report on itself and on the other nodes that it knows. */
export interface PeersStatus {
  service: string;
  node: string;
  origin: string;
  state: 'ready' | 'loading' | 'catching-up';
  reason: string | null;
  log: {
    stream: string;
    state: 'connected' | 'away';
    created: string | null;
    position: number;
    last: number;
    /** Up to where the log is let go, as far as this node knows: a snapshot stands for it. */
    lowWater: number;
  };
  /** Own events that are not known to be in the log. */
  backlog: number;
  /** Messages in the log that no node can have written. */
  refused: number;
  members: { node: string; origin: string; applied: number }[];
  entities: EntityStatus[];
  newLives: { at: string; why: string }[];
  clockOffsetMs: number;
}

export interface PeersParts {
  readonly settings: PeersSettings;
  readonly stream: string;
  readonly database: SqliteDatabase;
  readonly node: PeerNode;
  readonly entities: readonly PeerEntity[];
}

/** This node among its replicas. Inject it by its class. */
export class Peers {
  readonly #parts: PeersParts;

  /** The Nest module creates this class */
  constructor(parts: PeersParts) {
    this.#parts = parts;
  }

  /** As far as is known: asks nobody. */
  get isReady(): boolean {
    return this.#parts.node.state.isReady;
  }

  /** Asks the log for its end while the node is not ready. */
  async readiness(): Promise<PeersReadiness> {
    const { isReady, reason } = await this.#parts.node.look();
    return { ready: isReady, reason };
  }

  async status(): Promise<PeersStatus> {
    const { settings, stream, database, node, entities } = this.#parts;
    const { isReady, isLoading, reason, log, position, target, lowWater, refused, newLives } = node.state;
    const collections = entities.map(({ declaration }) => declaration.collection);
    return database.read((open) => {
      const place = new PeerPlace(open);
      const figures = peerFigures(open, collections);
      return {
        service: settings.service,
        node: settings.nodeId,
        origin: place.origin,
        state: isReady ? 'ready' : isLoading ? 'loading' : 'catching-up',
        reason,
        log: { stream, state: log, created: place.log, position, last: Math.max(position, target), lowWater },
        backlog: figures.backlog,
        refused,
        members: listMembers(open),
        entities: figures.entities.map((figure) =>
          this.#statusOf(figure, listConflicts(open, figure.entity, false)),
        ),
        newLives,
        clockOffsetMs: Math.round(place.clock / 1_000),
      };
    });
  }

  #statusOf(figures: EntityFigures, met: readonly ConflictRow[]): EntityStatus {
    const { policy = '', resolver = null, fingerprint = '' } = this.entity(figures.entity) ?? {};
    const latest = resolver === null ? [] : met;
    const isUnresolved = ({ ended, resolutions }: ConflictRow) => ended === null && resolutions.length === 0;
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

  /** Takes a snapshot of the log. @returns its place in the log; null when this node is not complete, or the log away */
  takeSnapshot(): Promise<number | null> {
    return this.#parts.node.takeSnapshot();
  }

  /** The shared collection of this name; null when there is none. */
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

  /** Conflicts of a collection, the latest first, each with what met and what won. */
  conflicts(entity: string, onlyOpen: boolean) {
    return this.#parts.database.read((open) => ({
      items: listConflicts(open, entity, onlyOpen).map(conflictView),
    }));
  }
}

function conflictView({ recordId, at, ended, heads, resolutions }: ConflictRow) {
  const winner = heads
    .map(({ event }) => event)
    .toSorted(compareHeads)
    .at(-1);
  const [resolution] = resolutions.toSorted(compareResolutions).toReversed();
  return {
    recordId,
    at: new Date(at).toISOString(),
    ended: ended === null ? null : new Date(ended).toISOString(),
    heads: heads.map(({ event, node }) => eventView(event, node)),
    winner: winner ? { origin: winner.origin, number: winner.number } : null,
    resolution: resolution ? eventView(resolution, null) : null,
  };
}
