import { fromStoredFields } from './field-names.ts';
import type { StoredValue } from './merge-list.ts';
import { memberName, scanElements, scanMembers } from './scan-members.ts';
import type { Spelling } from './spelling.ts';

/** A longer document is not searched: a write that changes one field would take noticeably longer. */
const MOST_SEARCHED = 256 * 1024;
/** How many objects within each other are searched. */
const MOST_DEPTH = 8;
/** How many pairs of members are compared in one write. */
const MOST_COMPARED = 1_000_000;

interface Found extends StoredValue {
  readonly spelling: Spelling;
  parts?: ReadonlySet<string>;
}

/** The objects and lists within stored documents, to find those again that were moved to another member or list. */
export class MovedValues {
  readonly #texts: ReadonlySet<string>;
  readonly #spelling: Spelling;
  #values: Map<string, Found> | null = null;
  #comparisons = 0;

  constructor(texts: readonly string[], spelling: Spelling) {
    this.#texts = new Set(texts);
    this.#spelling = spelling;
  }

  /** The stored text of a value that reads as wanted, wherever it is. */
  same(wanted: string, spelling: Spelling): string | undefined {
    const found = this.#all().get(wanted);
    return found?.spelling === spelling ? found.stored : undefined;
  }

  /** The stored object that shares most members with the wanted one, if it shares half of them. */
  alike(wanted: string, spelling: Spelling): StoredValue | undefined {
    const own = [...partsOf(wanted)];
    let best: Found | undefined;
    let most = 0;
    for (const found of this.#all().values()) {
      if (found.spelling !== spelling || !found.seen.startsWith('{')) continue;
      this.#comparisons += own.length;
      if (this.#comparisons > MOST_COMPARED) break;
      const parts = (found.parts ??= partsOf(found.seen));
      const shared = own.filter((part) => parts.has(part)).length;
      if (shared > most && shared * 2 >= own.length) [best, most] = [found, shared];
    }
    return best;
  }

  /** By what they read as. */
  #all(): Map<string, Found> {
    if (this.#values) return this.#values;
    this.#values = new Map();
    for (const text of this.#texts) {
      if (text.length <= MOST_SEARCHED) this.#search(text, this.#spelling, MOST_DEPTH, this.#values);
    }
    return this.#values;
  }

  #search(text: string, spelling: Spelling, depth: number, values: Map<string, Found>): void {
    if (depth === 0) return;
    const visit = (start: number, end: number, within: Spelling): void => {
      const stored = text.slice(start, end);
      if (!/^[[{]/.test(stored) || end - start === 2) return;
      const seen = readPlainly(stored, within);
      if (seen !== null && !values.has(seen)) values.set(seen, { stored, seen, spelling: within });
      this.#search(stored, within, depth - 1, values);
    };
    if (text.trimStart().startsWith('[')) scanElements(text, (start, end) => visit(start, end, spelling));
    else {
      scanMembers(text, (member) =>
        visit(member.valueStart, member.valueEnd, spelling.inside(memberName(text, member))),
      );
    }
  }
}

/** Whether no member or item of a wanted value is one of the value that is there: then it may come from another place. */
export function sharesNothing(wanted: string, there: string): boolean {
  const parts = partsOf(there);
  return [...partsOf(wanted)].every((part) => !parts.has(part));
}

/** The members or items as written. */
function partsOf(text: string): Set<string> {
  const parts = new Set<string>();
  if (text.startsWith('[')) scanElements(text, (start, end) => parts.add(text.slice(start, end)));
  else scanMembers(text, ({ nameStart, valueEnd }) => parts.add(text.slice(nameStart, valueEnd)));
  return parts;
}

/** Null where a number is beyond what JavaScript holds: nothing reads as that. */
function readPlainly(stored: string, spelling: Spelling): string | null {
  let isReadable = true;
  const read = JSON.stringify(fromStoredFields(JSON.parse(stored), spelling), (_name, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) isReadable = false;
    return value;
  });
  return isReadable ? read : null;
}
