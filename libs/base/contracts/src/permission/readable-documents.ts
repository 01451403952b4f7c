import { nameKey } from '@nestjs-spark/foundation/internal';
import { isHouseCollection } from '../names/house-documents.ts';
import type { SourceDocument, SourceExtras } from '../ports/change-source.ts';
import { documentCutter, EXTRAS } from './cut-document.ts';

/** What another module may read of one collection. */
export interface ReadRule {
  collection: string;
  /** The fields, as `documentCutter` takes them. Absent: whole documents with their extras. */
  fields?: readonly string[];
}

type Cut = (json: Uint8Array) => Uint8Array;

/**
 * What one other module may read of this module: the only answer to "what of this document may this requester's script see?".
 * Collection names are compared case-insensitively. Spark's own collections are never readable, and copies never travel on,
 * whatever is shared: a copy is a third module's document, which its owner shared with this module only.
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

  /** The part of a document that a script may see; null: nothing, as if the document did not exist. */
  see({
    collection,
    copyOf,
    json,
  }: Pick<SourceDocument, 'collection' | 'copyOf' | 'json'>): Uint8Array | null {
    const cut = copyOf === null ? this.#cuts.get(nameKey(collection)) : undefined;
    return cut ? cut(json) : null;
  }
}

/** Documents' extras, as far as a rule shares them. */
export function readableExtras(extras: SourceExtras, { fields }: Pick<ReadRule, 'fields'>): SourceExtras {
  const shares = (name: string): boolean => fields === undefined || fields.includes(name);
  return {
    counters: async (wanted) => (shares(EXTRAS.counters) ? extras.counters(wanted) : wanted.map(() => [])),
    timeSeries: async (...asked) => (shares(EXTRAS.timeSeries) ? extras.timeSeries(...asked) : []),
    openAttachment: async (...asked) => (shares(EXTRAS.attachments) ? extras.openAttachment(...asked) : null),
  };
}
