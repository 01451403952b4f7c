import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { UnavailableError, type Etag } from '@nestjs-spark/contracts';
import { etagIn } from '../connect/change-vector.ts';
import type { RavenHttp } from '../connect/raven-http.ts';
import { anchorToRoll, coversDeletesAfter } from './anchor-plan.ts';
import { ANCHORS, isForbidden, readAnchors, type Anchor, type AnchorName } from './anchor-state.ts';
import { readStats } from '../read-documents/database-stats.ts';

const MAP = 'from d in docs where false select new { X = 1 }';
const POLL_MS = 10;
const CATCH_UP_MS = 30_000;
const CREATE_ATTEMPTS = 3;
const ROLL_MS = 10_000;
const PLACEHOLDER_RETRIES = 10;

/**
 * Two disabled indexes that cover every collection, store nothing, and keep RavenDB's tombstone cleaner from deletes that not
 * every reader has confirmed. They are moved forward alternately; they are never both enabled.
 */
export class Anchors {
  readonly #http: RavenHttp;
  readonly #rollPauseMs: number;
  #made: Promise<boolean> | null = null;
  #rolling: Promise<void> = Promise.resolve();
  #rolledAt = -Infinity;
  #confirmed: Etag = -1;

  /** @param rollPauseMs minimum time between two moves: the cleaner only runs every few minutes */
  constructor(http: RavenHttp, rollPauseMs: number) {
    this.#http = http;
    this.#rollPauseMs = rollPauseMs;
  }

  /** Creates missing anchors. False without the right to do so; tried again after a while. */
  ensure(): Promise<boolean> {
    this.#made ??= this.#make().then(
      (allowed) => {
        if (!allowed) setTimeout(() => (this.#made = null), RIGHTS_AGAIN_MS).unref();
        return allowed;
      },
      (error: unknown) => {
        this.#made = null;
        throw error;
      },
    );
    return this.#made;
  }

  /** Releases deletes up to `confirmed`, as far as alternating the anchors allows. */
  async release(confirmed: Etag): Promise<void> {
    if (!(await this.ensure())) return;
    // Lower is another state as well: the database was replaced, or restored.
    if (confirmed === this.#confirmed || performance.now() - this.#rolledAt < this.#rollPauseMs) return;
    this.#rolling = this.#rolling.then(
      () => this.#roll(confirmed),
      () => this.#roll(confirmed),
    );
    return this.#rolling;
  }

  /**
   * What can be said about deletes after `bound` now; to be called after having read. Missing anchors are recreated, but for what
   * was read without them the answer is `lost`.
   */
  async cover(bound: Etag): Promise<'kept' | 'lost' | 'best-effort'> {
    for (let attempt = 0; ; attempt++) {
      const anchors = await readAnchors(this.#http);
      if (anchors === null) return 'best-effort';
      if (coversDeletesAfter(bound, anchors)) return 'kept';
      if (anchors.length === ANCHORS.length) return 'lost';
      if (attempt === PLACEHOLDER_RETRIES) break;
      await delay(POLL_MS);
    }
    this.#made = null;
    await this.ensure();
    return 'lost';
  }

  async #make(): Promise<boolean> {
    try {
      const anchors = await readAnchors(this.#http);
      if (anchors === null) return false;
      for (const name of ANCHORS) {
        if (await this.#isSettled(name, anchors)) continue;
        await this.#create(name);
      }
      return true;
    } catch (error) {
      if (isForbidden(error)) return false;
      throw error;
    }
  }

  /** A process that died while it moved or created an anchor left it enabled. */
  async #isSettled(name: AnchorName, anchors: readonly Anchor[]): Promise<boolean> {
    const { indexStates } = await this.#http.onOneNode((node) => readStats(this.#http, node));
    if (!indexStates.has(name) || !anchors.some((anchor) => anchor.name === name)) return false;
    if (indexStates.get(name) !== 'Disabled') await this.#switch(name, 'disable');
    return true;
  }

  /**
   * An anchor's etag is that of the last delete it has seen, so one created after everything was cleaned away would show 0 and
   * look as if it had kept everything. A delete of our own gives it an etag that proves since when it keeps them.
   */
  async #create(name: AnchorName): Promise<void> {
    const http = this.#http;
    for (let attempt = 0; attempt < CREATE_ATTEMPTS; attempt++) {
      // First the mark, then the index: one left behind by a killed process has seen the mark too.
      const mark = await this.#leaveMark(name);
      await http.sendJson('PUT', http.path('/admin/indexes'), {
        Indexes: [{ Name: name, Maps: [MAP], Type: 'Map', Priority: 'Normal' }],
      });
      await this.#switch(name, 'enable');
      const seen = await this.#waitUntil(name, (anchor) => anchor !== undefined && anchor.etag > mark);
      await this.#switch(name, 'disable');
      if (seen) return;
    }
    throw new UnavailableError(
      `Index ${name} of database ${http.database} does not catch up: check in RavenDB that indexing is not paused or disabled`,
    );
  }

  async #leaveMark(name: AnchorName): Promise<Etag> {
    const http = this.#http;
    const id = `sparkWitnesses/anchor-${name.slice(-1)}`;
    const { databaseId } = await http.onOneNode((node) => readStats(http, node));
    const answer = await http.sendJson<{ Results: { '@change-vector'?: string }[] }>(
      'POST',
      http.path('/bulk_docs'),
      {
        Commands: [
          {
            Id: id,
            Type: 'PUT',
            ChangeVector: null,
            Document: { '@metadata': { '@collection': 'SparkWitnesses' } },
          },
          { Id: id, Type: 'DELETE', ChangeVector: null },
        ],
      },
    );
    const etag = etagIn(answer?.Results[0]?.['@change-vector'] ?? '', databaseId);
    if (etag === null) {
      throw new UnavailableError(
        `Database ${http.database} was replaced by another one while an anchor was made`,
      );
    }
    return etag;
  }

  async #roll(confirmed: Etag): Promise<void> {
    const anchors = (await readAnchors(this.#http)) ?? [];
    const name = anchorToRoll(anchors, confirmed);
    this.#confirmed = confirmed;
    if (!name) return;
    this.#rolledAt = performance.now();
    const { indexStates } = await this.#http.onOneNode((node) => readStats(this.#http, node));
    const other = ANCHORS.find((anchor) => anchor !== name);
    if (other === undefined || indexStates.get(other) !== 'Disabled') {
      this.#made = null;
      return;
    }
    const before = anchors.find((anchor) => anchor.name === name)?.etag ?? 0;
    await this.#switch(name, 'enable');
    try {
      await this.#waitUntil(
        name,
        (anchor) => anchor !== undefined && (anchor.etag > before || anchor.left === 0),
        ROLL_MS,
      );
    } finally {
      await this.#switch(name, 'disable');
    }
  }

  async #switch(name: AnchorName, what: 'enable' | 'disable'): Promise<void> {
    await this.#http.sendJson('POST', this.#http.path(`/admin/indexes/${what}`, { name, clusterWide: true }));
  }

  async #waitUntil(
    name: AnchorName,
    reached: (anchor: Anchor | undefined) => boolean,
    limitMs: number = CATCH_UP_MS,
  ): Promise<boolean> {
    const end = performance.now() + limitMs;
    for (;;) {
      const anchors = (await readAnchors(this.#http)) ?? [];
      if (reached(anchors.find((anchor) => anchor.name === name))) return true;
      if (performance.now() > end) return false;
      await delay(POLL_MS);
    }
  }
}

const RIGHTS_AGAIN_MS = 60_000;
