import type { DocumentLoader } from '../types.ts';
import { packTexts } from '../guest/pack-texts.ts';
import type { Job } from '../guest/messages.ts';
import { untilAborted } from './until-aborted.ts';

/** Ids per request to the loader, while nothing is known of the documents' size. */
const FIRST_IDS = 64;
const QUESTION_IDS = 256;
/** Ids that documents running together may have requested; documents beyond that run later. */
const IDS_AT_ONCE = 1_024;
/** Total bytes of the documents loaded for those running together. */
const BYTES_AT_ONCE = 16 * 1024 * 1024;

/** The documents that a batch's scripts requested with `load`, loaded in portions of a reasonable size. */
export class AskedDocuments {
  readonly #load: DocumentLoader;
  readonly #signal: AbortSignal | undefined;
  readonly #asked = new Map<number, Set<string>>();
  readonly #found = new Map<string, Uint8Array | null>();
  #bytes = 0;
  /** All that were loaded so far, whether or not they are still needed. */
  readonly #loaded = { documents: 0, bytes: 0 };

  constructor(load: DocumentLoader, signal: AbortSignal | undefined) {
    this.#load = load;
    this.#signal = signal;
  }

  /** @returns how many ids this document has requested so far */
  ask(document: number, ids: readonly string[]): number {
    const asked = this.#asked.get(document) ?? new Set();
    for (const id of ids) asked.add(id);
    this.#asked.set(document, asked);
    return asked.size;
  }

  /** Loads for the first of these documents, and returns those that can run now; none when the first alone requests too much. */
  async fetch(documents: readonly number[]): Promise<number[]> {
    const together = this.#firstOf(documents);
    const needed = new Set(together.flatMap((document) => [...(this.#asked.get(document) ?? [])]));
    for (const id of this.#found.keys()) if (!needed.has(id)) this.#forget(id);
    const missing = [...needed].filter((id) => !this.#found.has(id));
    for (let at = 0; at < missing.length && this.#bytes <= BYTES_AT_ONCE;) {
      const ids = missing.slice(at, at + this.#mostIds());
      at += ids.length;
      const found = await untilAborted(this.#load(ids), this.#signal);
      for (const [i, id] of ids.entries()) this.#keep(id, found[i] ?? null);
    }
    if (this.#bytes <= BYTES_AT_ONCE) return together;
    return together.length === 1 ? [] : this.fetch(together.slice(0, together.length >> 1));
  }

  /** What a job for these documents has to include; nothing when none of them requested any. */
  jobFor(documents: readonly number[]): Pick<Job, 'loads' | 'needs'> {
    const ids = [...new Set(documents.flatMap((document) => [...(this.#asked.get(document) ?? [])]))];
    if (ids.length === 0) return {};
    const places = new Map(ids.map((id, place) => [id, place]));
    return {
      loads: { ids, ...packTexts(ids.map((id) => this.#found.get(id) ?? null)) },
      needs: documents.map((one) => [...(this.#asked.get(one) ?? [])].map((id) => places.get(id) ?? -1)),
    };
  }

  #firstOf(documents: readonly number[]): number[] {
    const ids = new Set<string>();
    const first: number[] = [];
    for (const document of documents) {
      for (const id of this.#asked.get(document) ?? []) ids.add(id);
      if (ids.size > IDS_AT_ONCE && first.length > 0) break;
      first.push(document);
    }
    return first;
  }

  /** As many as probably fit, by the size of those before: an answer is in memory as a whole. */
  #mostIds(): number {
    const { documents, bytes } = this.#loaded;
    if (documents === 0) return FIRST_IDS;
    const fitting = Math.floor(((BYTES_AT_ONCE - this.#bytes) * documents) / Math.max(1, bytes));
    return Math.min(QUESTION_IDS, Math.max(1, fitting));
  }

  #keep(id: string, document: Uint8Array | null): void {
    const bytes = document?.byteLength ?? 0;
    this.#found.set(id, document);
    this.#bytes += bytes;
    this.#loaded.documents++;
    this.#loaded.bytes += bytes;
  }

  #forget(id: string): void {
    this.#bytes -= this.#found.get(id)?.byteLength ?? 0;
    this.#found.delete(id);
  }
}
