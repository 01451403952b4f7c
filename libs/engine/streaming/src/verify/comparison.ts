import { taskName } from '@nestjs-spark/contracts';
import {
  copiesSource,
  idKey,
  UNNAMED_RULE,
  type ChangeSink,
  type Checkpoint,
  type Versioned,
} from '@nestjs-spark/contracts/internal';
import { ahead } from '@nestjs-spark/foundation/internal';
import { MOST_DOCUMENTS, type ExpectedPage } from './expected.ts';
import { IdTable } from './id-table.ts';
import { lookAtContents, type PageOutcome } from './look-at-contents.ts';
import type { SeenMemory } from './seen-memory.ts';
import { Settling, type SettlingParts, type Strays } from './settling.ts';
import { NotComparableError } from './standing.ts';
import {
  begun,
  counted,
  withoutGhosts,
  type VerifyFigures,
  type VerifyRecord,
  type VerifyRecords,
} from './verify-record.ts';
import { WrittenCopies, type NamedCopy } from './written-copies.ts';

export interface ComparisonParts extends SettlingParts {
  sink: SettlingParts['sink'] & Pick<ChangeSink, 'wholeCopies'>;
  records: VerifyRecords;
  memory: SeenMemory;
}

const SAVE_EVERY_MS = 500;
/** The owner works on one page while this one is compared, and the page between them is ready. */
const PAGES_AHEAD = 2;

/**
 * Compares the copies of one task with what the owner's documents should become, continuing from its record. First it goes
 * through the owner's documents in the order of changes, up to the source's last etag at the beginning, and in parallel
 * through their copies, in the order in which these were written; then through the copies that have no document. What the first
 * phase remembers for the second only saves queries, even after a failure: an instance that takes over sends more queries.
 */
export class Comparison {
  readonly #parts: ComparisonParts;
  readonly #name: string;
  /** Copies (or documents, when comparing ids) that need no further question. */
  #seen = new IdTable();
  #record: VerifyRecord;
  #version: string;
  #saved = 0;
  #settling: Settling;

  constructor(parts: ComparisonParts, { value, version }: Versioned<VerifyRecord>) {
    this.#parts = parts;
    this.#name = taskName(parts.task.key);
    this.#record = value;
    this.#version = version;
    this.#settling = new Settling(parts, value.incarnation ?? '');
  }

  /**
   * @returns the resulting figures
   * @throws whatever interrupts it; the record then holds its progress
   */
  async run(signal: AbortSignal): Promise<VerifyFigures> {
    const { checkpoint } = await this.#parts.standing.read();
    if (this.#record.incarnation !== checkpoint.incarnation) {
      this.#record = begun(
        this.#record,
        checkpoint.incarnation,
        await this.#parts.standing.sourceEtag(signal),
      );
      this.#settling = new Settling(this.#parts, checkpoint.incarnation);
    }
    this.#seen = this.#parts.memory.of(this.#record);
    await this.#save({ state: 'running', reason: null });
    await this.#repair(signal);
    const left = this.#record.phase === 'documents' ? await this.#compareDocuments(signal) : null;
    await this.#compareCopies(left, signal);
    await this.#save({ state: 'done', endedAt: Date.now() });
    return this.#record.figures;
  }

  /** @returns the scanned copies for which no document was found; null: the copies have to be listed */
  async #compareDocuments(signal: AbortSignal): Promise<NamedCopy[] | null> {
    const origins = this.#record.depth === 'ids' ? await this.#listOrigins() : null;
    const written = origins ? null : this.#writtenCopies();
    let left: NamedCopy[] | null = null;
    const ended = new AbortController();
    const pages = this.#pages(AbortSignal.any([signal, ended.signal]));
    try {
      for await (const page of ahead(pages, PAGES_AHEAD)) {
        signal.throwIfAborted();
        const { checkpoint } = await this.#parts.standing.readFor(page, this.#record.incarnation);
        const { equal, suspects } = written
          ? await this.#compareContents(page, checkpoint, written)
          : this.#compareIds(page, origins ?? new IdTable());
        this.#record = { ...counted(this.#record, equal, []), position: page.to };
        this.#record.suspects = [...this.#record.suspects, ...suspects];
        if (this.#record.suspects.length >= MOST_DOCUMENTS) await this.#settleSuspects(signal);
        await this.#saveSometimes();
      }
      await this.#settleSuspects(signal);
      left = written && (await written.rest(signal));
    } finally {
      ended.abort();
      await written?.close();
    }
    await this.#save({ phase: 'copies' });
    return left;
  }

  async *#pages(signal: AbortSignal): AsyncGenerator<ExpectedPage> {
    const { source, task } = this.#parts;
    const { depth, sourceEtag } = this.#record;
    const end = sourceEtag ?? 0;
    for (let from = this.#record.position + 1; from <= end && !signal.aborted;) {
      const page = await source.page(task.key, from, depth, signal);
      yield page;
      if (page.drained) return;
      if (page.to < from) throw new NotComparableError('the source ends before what is already compared');
      from = page.to + 1;
    }
  }

  #compareContents(page: ExpectedPage, checkpoint: Checkpoint, written: WrittenCopies): Promise<PageOutcome> {
    const from = this.#record.position + 1;
    return lookAtContents({ ...page, from }, checkpoint, { ...this.#parts, written, seen: this.#seen });
  }

  #writtenCopies(): WrittenCopies {
    const { sink, database } = this.#parts;
    const isSeen = ({ id }: NamedCopy): boolean => this.#seen.has(idKey(database.ids, id));
    return new WrittenCopies({ sink, name: this.#name, ids: database.ids, isSeen });
  }

  #compareIds(page: ExpectedPage, origins: IdTable): PageOutcome {
    const suspects = page.documents.filter(({ id, etag }) => {
      const key = this.#originKey(id);
      this.#seen.set(key, 1);
      const copied = origins.get(key);
      return copied === undefined || copied < etag;
    });
    return { equal: page.documents.length - suspects.length, suspects: suspects.map(({ id }) => id) };
  }

  /** The lowest etag among the copies of each document. */
  async #listOrigins(): Promise<IdTable> {
    const origins = new IdTable();
    for await (const copies of this.#parts.sink.copies(this.#name)) {
      for (const { id, copyOf, sourceEtag } of copies) {
        const key = this.#originKey(this.#documentOf(id, copyOf));
        origins.set(key, Math.min(sourceEtag ?? 0, origins.get(key) ?? Infinity));
      }
    }
    return origins;
  }

  async #compareCopies(left: readonly NamedCopy[] | null, signal: AbortSignal): Promise<void> {
    const { sink } = this.#parts;
    this.#record = withoutGhosts(this.#record);
    const strays = new Map<string, string[]>();
    for await (const copies of left ? [left] : sink.copies(this.#name)) {
      signal.throwIfAborted();
      for (const { id, copyOf } of copies) {
        const document = this.#documentOf(id, copyOf);
        if (!this.#seen.has(this.#seenKey(document, id)))
          strays.set(document, [...(strays.get(document) ?? []), id]);
        if (strays.size < MOST_DOCUMENTS) continue;
        await this.#settleStrays(strays, signal);
        strays.clear();
      }
    }
    if (strays.size > 0) await this.#settleStrays(strays, signal);
  }

  /** Copies in order were counted with their document, or arrived during the comparison. */
  async #settleStrays(strays: Strays, signal: AbortSignal): Promise<void> {
    const { findings } = await this.#settling.settle([...strays.keys()], strays, signal);
    const wrong = new Set(findings.map(({ document }) => document));
    for (const [document, ids] of strays) {
      if (!wrong.has(document)) for (const id of ids) this.#seen.set(this.#seenKey(document, id), 1);
    }
    this.#record = counted(this.#record, 0, findings);
    await this.#save({ open: this.#record.repair ? findings : [] });
    await this.#repair(signal);
  }

  async #settleSuspects(signal: AbortSignal): Promise<void> {
    while (this.#record.suspects.length > 0) {
      const some = this.#record.suspects.slice(0, MOST_DOCUMENTS);
      const { equal, findings } = await this.#settling.settle(some, null, signal);
      this.#record = counted(this.#record, equal, findings);
      const suspects = this.#record.suspects.slice(some.length);
      await this.#save({ suspects, open: this.#record.repair ? findings : [] });
      await this.#repair(signal);
    }
  }

  /** Findings are saved before they are repaired: after an interruption they are repaired later and counted once. */
  async #repair(signal: AbortSignal): Promise<void> {
    const { open, figures, repairedGhosts } = this.#record;
    if (open.length === 0) return;
    const { ghosts, others } = await this.#settling.repair(open, signal);
    await this.#save({
      open: [],
      figures: { ...figures, repaired: figures.repaired + ghosts + others },
      repairedGhosts: repairedGhosts + ghosts,
    });
  }

  /** The document that a copy names as its source. */
  #documentOf(id: string, copyOf: string | null): string {
    return copyOf === null ? id : copyOf.slice(copiesSource(this.#name).length + 1);
  }

  #seenKey(document: string, id: string): string {
    return this.#record.depth === 'ids' ? this.#originKey(document) : idKey(this.#parts.database.ids, id);
  }

  #originKey(document: string): string {
    return idKey(UNNAMED_RULE, document);
  }

  async #saveSometimes(): Promise<void> {
    if (performance.now() - this.#saved >= SAVE_EVERY_MS) await this.#save({});
  }

  /** @throws {VersionConflictError} when another instance has taken over */
  async #save(change: Partial<VerifyRecord>): Promise<void> {
    this.#record = { ...this.#record, ...change };
    this.#version = await this.#parts.records.write(this.#name, this.#record, this.#version);
    this.#saved = performance.now();
  }
}
