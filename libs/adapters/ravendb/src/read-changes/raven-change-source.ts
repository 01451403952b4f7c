import type { Etag } from '@nestjs-spark/contracts';
import type {
  ChangeSource,
  ChangePage,
  DeleteCover,
  FeedQuery,
  SourceDocument,
  SourceIdentity,
  WitnessRecord,
} from '@nestjs-spark/contracts/internal';
import { nameKey } from '@nestjs-spark/foundation/internal';
import { RavenHttp } from '../connect/raven-http.ts';
import type { RavenSettings } from '../connect/settings.ts';
import { Ahead } from './ahead.ts';
import { Anchors } from './anchors.ts';
import { readCollectionCounts, readStats, type DatabaseStats } from '../read-documents/database-stats.ts';
import { fetchDocuments, type FetchedDocument } from '../read-documents/fetch-documents.ts';
import { PageSize } from '../read-documents/page-size.ts';
import { readRawPage, type RawPage } from './raw-page.ts';
import { isSmall, isSparse, ShareOfDatabase } from './share-of-database.ts';
import { readSparsePage } from './sparse-page.ts';
import { readTailPage } from './tail-page.ts';
import { TailWatch } from './tail-watch.ts';
import { toChanges } from './to-changes.ts';
import { raiseWitness, readWitness } from './witness.ts';
import { withTouches } from '../read-extras/with-touches.ts';
import { RavenSourceExtras } from '../read-extras/source-extras.ts';

export interface RavenFeedOptions {
  /** How often to look although nothing was heard. Default 2,000 ms. */
  pollMs?: number;
  /** About how many bytes of documents a page holds. Default 2 MB. */
  pageBytes?: number;
  /** Whether deletes are kept until they are confirmed. Default true; if false, `deletes` is never more than `best-effort`, and nothing is made in the database. */
  keepsDeletes?: boolean;
  /** Least time between two moves of the anchors. Default 15,000 ms. */
  rollPauseMs?: number;
}

/** By how much a page may exceed its size where documents are larger than those before. */
const AT_MOST = 4;

/** Reads one RavenDB database's changes; needs ReadWrite, and DatabaseAdmin for deletes to be `kept`. */
export class RavenChangeSource implements ChangeSource {
  readonly ids = 'ravendb';
  readonly extras: RavenSourceExtras;
  readonly #http: RavenHttp;
  readonly #anchors: Anchors;
  readonly #keepsDeletes: boolean;
  readonly #tail: TailWatch;
  readonly #share: ShareOfDatabase;
  readonly #size: PageSize;
  readonly #pageBytes: number;
  readonly #pages = new Ahead<ChangePage>();
  readonly #ordinary = new Ahead<RawPage>();
  readonly #tails = new Ahead<RawPage | null>();
  /** Where the changes ended when they were read last. */
  #end: { databaseId: string; etag: Etag; heard: number } | null = null;

  constructor(settings: RavenSettings, options: RavenFeedOptions = {}) {
    const {
      pollMs = 2_000,
      pageBytes = 2 * 1024 * 1024,
      rollPauseMs = 15_000,
      keepsDeletes = true,
    } = options;
    this.#keepsDeletes = keepsDeletes;
    this.#http = new RavenHttp(settings);
    this.extras = new RavenSourceExtras(this.#http);
    this.#anchors = new Anchors(this.#http, rollPauseMs);
    this.#tail = new TailWatch(settings, async () => (await this.#stats()).lastEtag, pollMs);
    this.#share = new ShareOfDatabase(() => readCollectionCounts(this.#http));
    this.#size = new PageSize(pageBytes);
    this.#pageBytes = pageBytes;
  }

  async identify(reader: string): Promise<SourceIdentity> {
    // Before the etag is taken: a reader that begins there relies on every later delete being kept.
    await this.#anchors.ensure();
    const { databaseId, lastEtag } = await this.#stats();
    return { databaseId, lastEtag, witness: await readWitness(this.#http, reader) };
  }

  async read(query: FeedQuery): Promise<ChangePage> {
    if (query.fresh) {
      this.#pages.clear();
      this.#tails.clear();
      this.#ordinary.clear();
    }
    const page = await this.#pages.get(keyOf(query), () => this.#page(query));
    if (!page.drained && page.to >= page.from) {
      const next = { ...query, fresh: false, from: page.to + 1 };
      this.#pages.prepare(keyOf(next), () => this.#page(next));
    }
    return page;
  }

  async load(ids: string[]): Promise<(SourceDocument | null)[]> {
    const documents = await fetchDocuments(this.#http, this.#http, ids);
    return documents.map((document) => document && toSource(document));
  }

  wait(etag: Etag, signal: AbortSignal): Promise<void> {
    return this.#tail.wait(etag, signal, this.#end?.etag === etag ? this.#end.heard : undefined);
  }

  raiseWitness(reader: string, from: WitnessRecord): Promise<WitnessRecord> {
    return raiseWitness(this.#http, reader, from);
  }

  keepDeletesAfter(etag: Etag): Promise<void> {
    return this.#anchors.release(etag);
  }

  async count(collection: string): Promise<number> {
    const { byCollection } = await readCollectionCounts(this.#http);
    return byCollection.get(nameKey(collection)) ?? 0;
  }

  async close(): Promise<void> {
    await this.#tail.close();
    await this.#http.close();
  }

  #stats(): Promise<DatabaseStats> {
    return this.#http.onOneNode((node) => readStats(this.#http, node));
  }

  async #page(query: FeedQuery): Promise<ChangePage> {
    const { from, deletesAfter } = query;
    const collection = nameKey(query.collection);
    const anchored = this.#keepsDeletes && (await this.#anchors.ensure());
    const heard = this.#tail.heard;
    const raw = (await this.#readTail(collection, query)) ?? (await this.#readRaw(collection, query));
    if (raw.drained) this.#end = { databaseId: raw.databaseId, etag: raw.to, heard };
    const deletes = anchored ? this.#cover(raw, query) : Promise.resolve<DeleteCover>('best-effort');
    deletes.catch(() => undefined);
    const page = {
      databaseId: raw.databaseId,
      from,
      to: raw.to,
      drained: raw.drained,
      lastEtag: raw.lastEtag,
      changes: toChanges(raw, collection, deletesAfter),
      deletes,
    };
    const { follow } = query;
    return follow ? withTouches(this.#http, page, { ...query, follow }) : page;
  }

  async #cover({ to, gapless }: RawPage, { from, deletesAfter }: FeedQuery): Promise<DeleteCover> {
    const deletesMatter = to >= from && to > deletesAfter;
    return deletesMatter && !gapless ? this.#anchors.cover(Math.max(from - 1, deletesAfter)) : 'kept';
  }

  async #readTail(collection: string, { from }: FeedQuery): Promise<RawPage | null> {
    const end = this.#end;
    if (end?.etag !== from - 1) return null;
    if (isSmall(await this.#share.of(collection))) return null;
    // Tasks that wait at the same place are woken together.
    return this.#tails.get(String(from), () =>
      this.#http.onOneNode((node) => {
        const wanted = { from, maxBytes: this.#pageBytes * AT_MOST };
        return readTailPage(this.#http, node, end.databaseId, wanted);
      }),
    );
  }

  async #readRaw(collection: string, query: FeedQuery): Promise<RawPage> {
    const { from, deletesAfter } = query;
    const pageSize = this.#size.for(query.limit);
    const rawQuery = { from, deletesAfter, pageSize, maxBytes: this.#pageBytes * AT_MOST };
    const share = await this.#share.of(collection);
    return this.#http.onOneNode(async (node) => {
      const stats = await readStats(this.#http, node);
      if (stats.lastEtag < from) return emptyPage(stats, from);
      if (isSparse(share, stats.lastEtag - from)) {
        return readSparsePage(this.#http, node, stats, collection, rawQuery);
      }
      // Tasks on several collections that stand at the same place read the same bytes.
      const key = `${stats.lastEtag}|${from}|${Math.max(deletesAfter, from - 1)}|${pageSize}`;
      const page = await this.#ordinary.get(key, () => readRawPage(this.#http, node, stats, rawQuery));
      this.#size.saw(page.documents);
      return page;
    });
  }
}

function toSource({ id, collection, copyOf, json }: FetchedDocument): SourceDocument {
  return { id, collection, copyOf, json };
}

function emptyPage(stats: DatabaseStats, from: Etag): RawPage {
  return {
    databaseId: stats.databaseId,
    lastEtag: stats.lastEtag,
    to: from - 1,
    // A database that ends before the reader's position is not at its end: it is another one, or was restored.
    drained: stats.lastEtag === from - 1,
    gapless: false,
    documents: [],
    tombstones: [],
  };
}

// Deletes before the page's own beginning are of no interest either way.
function keyOf({ collection, from, deletesAfter, limit, follow }: FeedQuery): string {
  const followed = follow ? `|${follow.counters}|${follow.timeSeries}` : '';
  return `${nameKey(collection)}|${from}|${Math.max(deletesAfter, from - 1)}|${limit}${followed}`;
}
