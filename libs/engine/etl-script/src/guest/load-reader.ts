import { skipBlanks, skipValue } from '@nestjs-spark/contracts/text';
import type { ScriptLoad } from '../commands/commands-for.ts';
import type { CompiledScript } from '../compile/compile-script.ts';
import { hasUnusualNumbers, noteNumbers, restoreNumbers, type WrittenNumbers } from '../json/keep-numbers.ts';
import { patchDocument } from '../json/patch-document.ts';
import { fillLoad, pickValues, placesOf } from '../json/project.ts';
import { splitMetadata, type SplitDocument } from '../json/split-metadata.ts';
import { wellFormed } from '../json/well-formed.ts';

const STORED = 61;
const PATCHED = 94;
const PICKED = 112;

/** The document that a line belongs to. */
export interface LoadSource {
  id: string;
  /** As stored. */
  text: string;
  /** What the script was given: the part of the document that was passed in, then what it loaded. */
  given: readonly string[];
}

/** Turns the sandbox's lines into loads, see GUEST_PROGRAM. Lines of one document are contiguous. */
export class LoadReader {
  readonly #script: CompiledScript;
  readonly #places: ReadonlyMap<string, number>;
  readonly #written: ReadonlySet<string>;
  #source: LoadSource | undefined;
  #numbers: WrittenNumbers | null | undefined;
  #values: string[] | undefined;

  constructor(script: CompiledScript) {
    this.#script = script;
    this.#places = placesOf(script.picked?.fields ?? []);
    this.#written = new Set(script.patch?.written);
  }

  /** Whether a line beginning with this character is a load. */
  static reads(first: number): boolean {
    return (first >= 48 && first <= 57) || first === PICKED;
  }

  /** @throws when the load is not a document */
  read(line: string, source: LoadSource): ScriptLoad {
    if (source !== this.#source) {
      this.#source = source;
      this.#numbers = undefined;
      this.#values = undefined;
    }
    if (line.charCodeAt(0) === PICKED) return this.#complete(line, source);
    const cut = line.search(/[=^{]/);
    const target = this.#script.targets[Number(line.slice(0, cut))] ?? '';
    return { target, ...this.#documentOf(line, cut, source) };
  }

  #documentOf(line: string, cut: number, source: LoadSource): SplitDocument {
    const kind = line.charCodeAt(cut);
    if (kind === STORED) return splitMetadata(source.text);
    if (kind !== PATCHED) return splitMetadata(this.#asWritten(line.slice(cut), source));
    return patchDocument(source.text, this.#asWritten(line.slice(cut + 1), source), this.#written);
  }

  #complete(line: string, source: LoadSource): ScriptLoad {
    const cut = line.indexOf('[');
    const load = this.#script.picked?.loads[Number(line.slice(1, cut))];
    if (!load) throw new Error('the sandbox named a load that the script does not have');
    this.#values ??= pickValues(source.text, this.#places);
    const computed = line.length === cut + 2 ? [] : itemsOf(this.#asWritten(line.slice(cut), source));
    return fillLoad(load, this.#values, source.id, computed);
  }

  #asWritten(text: string, { given }: LoadSource): string {
    this.#numbers ??= given.some(hasUnusualNumbers) ? noteNumbers(given) : null;
    return wellFormed(this.#numbers ? restoreNumbers(text, this.#numbers) : text);
  }
}

/** The items of a JSON array as written. */
function itemsOf(array: string): string[] {
  const items: string[] = [];
  for (let at = 1; at < array.length - 1;) {
    const end = skipValue(array, skipBlanks(array, at));
    items.push(array.slice(at, end));
    at = end + 1;
  }
  return items;
}
