import { nameKey } from '@nestjs-spark/foundation/internal';
import { isHouseCollection } from '../names/house-documents.ts';
import type { SourceDocument, SourceExtras } from '../ports/change-source.ts';
import { documentCutter, EXTRAS } from './cut-document.ts';

/** What one other module may read of one collection. */
export interface ReadRule {
  collection: string;
  /** The fields, as `documentCutter` takes them; absent: whole documents and what hangs on them. */
  fields?: readonly string[];
}

type Cut = (json: Uint8Array) => Uint8Array;

/**
 * What one other module may read of this module: the one answer to "what of this document may this requester's script see?". Names of
 * collections compare without regard to case. Spark's own collections are never readable, and copies never travel on, whatever is shared:
 * a copy is a third module's document, which its owner has shared with this one alone.
 */
export class ReadableDocuments {
  readonly #cuts: ReadonlyMap<string, Cut>;

  /** @param rules one for each collection that is shared with the requester */
  constructor(rules: readonly ReadRule[]) {
    const shared = rules.filter(({ collection }) => !isHouseCollection(collection));
    this.#cuts = new Map(
      shared.map(({ collection, fields }) => [
        nameKey(collection),
        fields === undefined ? (json) => json : documentCutter(fields),
      ]),
    );
  }

  has(collection: string): boolean {
    return this.#cuts.has(nameKey(collection));
  }

  /** What a script may see of a document; null: nothing, as if it did not exist. */
  see({
    collection,
    copyOf,
    json,
  }: Pick<SourceDocument, 'collection' | 'copyOf' | 'json'>): Uint8Array | null {
    const cut = copyOf === null ? this.#cuts.get(nameKey(collection)) : undefined;
    return cut ? cut(json) : null;
  }
}

/** What hangs on documents, as far as a rule shares it. */
export function readableExtras(extras: SourceExtras, { fields }: Pick<ReadRule, 'fields'>): SourceExtras {
  const shares = (name: string): boolean => fields === undefined || fields.includes(name);
  return {
    counters: async (wanted) => (shares(EXTRAS.counters) ? extras.counters(wanted) : wanted.map(() => [])),
    timeSeries: async (...asked) => (shares(EXTRAS.timeSeries) ? extras.timeSeries(...asked) : []),
    openAttachment: async (...asked) => (shares(EXTRAS.attachments) ? extras.openAttachment(...asked) : null),
  };
}
