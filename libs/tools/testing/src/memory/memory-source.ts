import { UnavailableError, type Etag } from '@nestjs-spark/contracts';
import {
  COPY_SOURCE,
  NEVER_RAISED,
  idKey,
  raisedFrom,
  type ChangeSource,
  type ChangePage,
  type FeedQuery,
  type IdRule,
  type SourceChange,
  type SourceDocument,
  type SourceIdentity,
  type WitnessRecord,
} from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import { joinMetadata } from './join-metadata.ts';

interface Kept {
  id: string;
  collection: string;
  etag: Etag;
  copyOf: string | null;
  fields: Record<string, unknown>;
  /** The fields as written. */
  text: string;
}

interface Image {
  databaseId: string;
  etag: Etag;
  documents: Map<string, Kept>;
  /** One per id and collection. */
  tombstones: Map<string, { id: string; collection: string; etag: Etag }>;
  witnesses: Map<string, WitnessRecord>;
  lostUpTo: Etag;
  keptAfter: Etag;
}

/** A source database in memory that behaves like RavenDB: etags with gaps, tombstones, restores that keep the id. */
export class MemorySource implements ChangeSource {
  readonly ids: IdRule;
  /** It does not answer. */
  isAway = false;
  #image: Image = {
    databaseId: 'db-1',
    etag: 0,
    documents: new Map(),
    tombstones: new Map(),
    witnesses: new Map(),
    lostUpTo: 0,
    keptAfter: 0,
  };
  #waiting = new Set<() => void>();

  /** @param ids the id rule to follow; like RavenDB it only reports the keys of deleted documents */
  constructor(ids: IdRule = 'ravendb') {
    this.ids = ids;
  }

  put(id: string, fields: Record<string, unknown>, collection = 'Cars', copyOf: string | null = null): void {
    this.putText(id, JSON.stringify(fields), collection, copyOf);
  }

  /** As `put`, with every character as given: `text` is that of a JSON object. */
  putText(id: string, text: string, collection = 'Cars', copyOf: string | null = null): void {
    const fields = JSON.parse(text) as Record<string, unknown>;
    const written = ++this.#image.etag;
    const key = idKey(this.ids, id);
    const before = this.#image.documents.get(key);
    if (before && before.collection !== collection) this.#bury(before);
    this.#image.tombstones.delete(tombstoneKey(key, collection));
    const etag = before ? ++this.#image.etag : written;
    this.#image.documents.set(key, { id, collection, etag, copyOf, fields, text });
    this.#wake();
  }

  delete(id: string): void {
    const key = idKey(this.ids, id);
    const document = this.#image.documents.get(key);
    if (!document) return;
    this.#image.documents.delete(key);
    this.#bury(document);
    this.#wake();
  }

  /** The database is dropped and recreated under another id: it starts empty. */
  replace(): void {
    const documents = new Map<string, Kept>();
    const nothing = {
      etag: 0,
      documents,
      tombstones: new Map(),
      witnesses: new Map(),
      lostUpTo: 0,
      keptAfter: 0,
    };
    this.#image = { databaseId: `db-${Math.random()}`, ...nothing };
    this.#wake();
  }

  /** As `identify`, synchronously. */
  now(reader: string): SourceIdentity {
    const { databaseId, etag, witnesses } = this.#image;
    return { databaseId, lastEtag: etag, witness: witnesses.get(reader) ?? NEVER_RAISED };
  }

  documents(): Kept[] {
    return [...this.#image.documents.values()];
  }

  /** The server's cleaner: removes what nobody has asked to keep. */
  cleanTombstones(): void {
    const { keptAfter } = this.#image;
    this.#clean(keptAfter);
    this.#image.lostUpTo = Math.max(this.#image.lostUpTo, keptAfter);
  }

  /** What happens when nothing could keep the tombstones. */
  loseTombstones(): void {
    this.#clean(Infinity);
    this.#image.lostUpTo = this.#image.etag;
  }

  /** @param raisedTo omits later raises of the witnesses */
  backup(raisedTo = Infinity): Image {
    const image = structuredClone(this.#image);
    for (const [reader, { number, marks }] of image.witnesses) {
      const later = Math.max(0, number - raisedTo);
      image.witnesses.set(reader, { number: number - later, marks: marks.slice(later) });
    }
    return image;
  }

  restore(image: Image, databaseId?: string): void {
    this.#image = structuredClone(image);
    if (databaseId) this.#image.databaseId = databaseId;
    this.#wake();
  }

  async identify(reader: string): Promise<SourceIdentity> {
    this.#requireUp();
    return this.now(reader);
  }

  async read({ collection, from, deletesAfter, limit }: FeedQuery): Promise<ChangePage> {
    this.#requireUp();
    const { databaseId, etag: bound, documents, tombstones, lostUpTo } = this.#image;
    const puts = [...documents.values()].map((document): SourceChange & { collection: string } => ({
      kind: 'put',
      etag: document.etag,
      ...toSource(document),
    }));
    const deletes = [...tombstones.values()].map(({ id, etag, ...rest }) => ({
      kind: 'delete' as const,
      id: idKey(this.ids, id),
      etag,
      ...rest,
    }));
    const all = [...puts, ...deletes]
      .filter((change) => sameName(change.collection, collection) && change.etag >= from)
      .filter(({ kind, etag }) => kind === 'put' || etag > deletesAfter)
      .toSorted((a, b) => a.etag - b.etag);
    const changes = all.slice(0, limit);
    const drained = changes.length === all.length;
    return {
      databaseId,
      from,
      to: drained ? Math.max(bound, from - 1) : (changes.at(-1)?.etag ?? from - 1),
      drained,
      lastEtag: bound,
      changes,
      deletes: Promise.resolve(lostUpTo > Math.max(from - 1, deletesAfter) ? 'lost' : 'kept'),
    };
  }

  async load(ids: string[]): Promise<(SourceDocument | null)[]> {
    this.#requireUp();
    return ids.map((id) => {
      const found = this.#image.documents.get(idKey(this.ids, id));
      return found ? toSource(found) : null;
    });
  }

  async wait(etag: Etag, signal: AbortSignal): Promise<void> {
    if (this.#image.etag > etag || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async raiseWitness(reader: string, from: WitnessRecord): Promise<WitnessRecord> {
    this.#requireUp();
    const { witnesses } = this.#image;
    const next = raisedFrom(reader, witnesses.get(reader) ?? NEVER_RAISED, from);
    witnesses.set(reader, next);
    this.#image.etag++;
    this.#wake();
    return next;
  }

  async keepDeletesAfter(etag: Etag): Promise<void> {
    const { keptAfter, etag: last } = this.#image;
    this.#image.keptAfter = Math.max(keptAfter, Math.min(etag, last));
  }

  async count(collection: string): Promise<number> {
    this.#requireUp();
    return this.documents().filter((document) => sameName(document.collection, collection)).length;
  }

  #requireUp(): void {
    if (this.isAway) throw new UnavailableError('The source cannot be reached');
  }

  #bury({ id, collection }: Kept): void {
    const key = tombstoneKey(idKey(this.ids, id), collection);
    this.#image.tombstones.set(key, { id, collection, etag: ++this.#image.etag });
  }

  #clean(upTo: Etag): void {
    for (const [key, { etag }] of this.#image.tombstones)
      if (etag <= upTo) this.#image.tombstones.delete(key);
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

function tombstoneKey(key: string, collection: string): string {
  return `${collection}/${key}`;
}

function toSource({ id, collection, copyOf, text }: Kept): SourceDocument {
  const metadata = { '@collection': collection, ...(copyOf === null ? {} : { [COPY_SOURCE]: copyOf }) };
  const json = Buffer.from(joinMetadata(text, metadata));
  return { id, collection, copyOf, json };
}
