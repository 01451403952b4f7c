import { editObject } from './edit-object.ts';
import { fromStoredFields, localNames, storedName } from './field-names.ts';
import { mergeList, type StoredValue } from './merge-list.ts';
import { sharesNothing, type MovedValues } from './moved-values.ts';
import { memberName, scanMembers, type Member } from './scan-members.ts';
import type { Spelling } from './spelling.ts';

/** How to merge. */
export interface MergeRules {
  spelling: Spelling;
  /**
   * Only these members are changed, by their names in TypeScript. Undefined: all, and stored members that are missing here are
   * removed.
   */
  named?: ReadonlySet<string>;
  /** Whether .NET's type marks (`$type`) stay when a value has none. */
  keepMarks: boolean;
  /** Normalizes a new value or name so that every store keeps it, or refuses it. */
  check: (text: string) => string;
  /** What may have been moved within the document. */
  moved: MovedValues;
  /** Within a member of the document. Default: false. */
  nested?: boolean;
}

/**
 * Merges a new value into a stored one: what already reads as wanted keeps its text, and members that cannot be read at all stay.
 * @param wanted JSON with names as in TypeScript
 * @param sources where texts may be reused from, best first
 */
export function mergeValue(wanted: string, sources: readonly StoredValue[], rules: MergeRules): string {
  const same = sources.find(({ seen }) => seen === wanted);
  if (same) return same.stored;
  const first = wanted.charAt(0);
  if (first !== '{' && first !== '[') return rules.check(wanted);
  const alike = sources.filter(({ stored, seen }) => stored.startsWith(first) && seen.startsWith(first));
  const [there] = alike;
  const moved =
    there && !sharesNothing(wanted, there.seen) ? undefined : rules.moved.same(wanted, rules.spelling);
  if (moved !== undefined) return moved;
  if (first === '{') return mergeObject(wanted, there ? alike : elsewhere(wanted, rules), rules);
  return mergeList(wanted, alike, (item, items) => mergeValue(item, items, rules));
}

/** For an object that is new at its place: what it has in common with one of another place is only taken over where it is wanted. */
function elsewhere(wanted: string, { moved, spelling }: MergeRules): StoredValue[] {
  const other = moved.alike(wanted, spelling);
  return other ? [EMPTY, other] : [];
}

/** @param sources objects; the result is based on the text of the first */
export function mergeObject(wanted: string, sources: readonly StoredValue[], rules: MergeRules): string {
  const { spelling, named, keepMarks, check, moved, nested = false } = rules;
  const values = valuesOf(wanted);
  const objects = (sources.length > 0 ? sources : [EMPTY]).map(
    (source) => new StoredObject(source, spelling),
  );
  const [base] = objects;
  if (!base) return wanted;
  const inside = (name: string): MergeRules => ({
    spelling: spelling.inside(name),
    keepMarks,
    check,
    moved,
    nested: true,
  });
  const texts = new Map<string, string>();
  for (const [name, value] of values) {
    texts.set(name, mergeValue(value, sourcesOf(objects, name), inside(name)));
  }
  const changes = new Map<Member, string | null>();
  for (const { name: stored, member } of base.members) {
    const name = base.names.get(stored);
    if (name === undefined || (named && !named.has(name))) continue;
    const text = texts.get(name);
    // Of duplicate members the last one is read.
    if (text !== undefined && text !== base.textOf(name)) changes.set(member, text);
    const isGone = named !== undefined || (base.seen.has(name) && !(keepMarks && MARK.test(stored)));
    if (text === undefined && isGone) changes.set(member, null);
  }
  const added: string[] = [];
  for (const [name, text] of texts) {
    if (base.textOf(name) !== undefined) continue;
    const stored = objects.find((object) => object.storedNames.has(name))?.storedNames.get(name);
    added.push(`${check(JSON.stringify(stored ?? base.newName(name, nested)))}:${text}`);
  }
  return editObject(
    base.text,
    base.members.map(({ member }) => member),
    changes,
    added,
  );
}

const EMPTY: StoredValue = { stored: '{}', seen: '{}' };
const MARK = /^\$[a-z]/;

/** The values under a name in several objects, best first. */
function sourcesOf(objects: readonly StoredObject[], name: string): StoredValue[] {
  return objects.flatMap((object) => object.valueOf(name) ?? []);
}

function valuesOf(text: string): Map<string, string> {
  const values = new Map<string, string>();
  scanMembers(text, (member) =>
    values.set(memberName(text, member), text.slice(member.valueStart, member.valueEnd)),
  );
  return values;
}

class StoredObject {
  readonly text: string;
  readonly members: { name: string; member: Member }[] = [];
  /** TypeScript names by stored name. */
  readonly names: ReadonlyMap<string, string>;
  readonly storedNames = new Map<string, string>();
  readonly #source: StoredValue;
  readonly #spelling: Spelling;
  readonly #texts = new Map<string, string>();
  #seen: Map<string, string> | null = null;

  constructor(source: StoredValue, spelling: Spelling) {
    const text = source.stored;
    this.#source = source;
    this.#spelling = spelling;
    this.text = text;
    scanMembers(text, (member) => this.members.push({ name: memberName(text, member), member }));
    this.names = localNames(
      this.members.map(({ name }) => name),
      spelling,
    );
    for (const { name: stored, member } of this.members) {
      const name = this.names.get(stored);
      if (name === undefined) continue;
      this.storedNames.set(name, stored);
      this.#texts.set(name, text.slice(member.valueStart, member.valueEnd));
    }
  }

  get seen(): ReadonlyMap<string, string> {
    return (this.#seen ??= valuesOf(this.#source.seen));
  }

  textOf(name: string): string | undefined {
    return this.#texts.get(name);
  }

  valueOf(name: string): StoredValue | undefined {
    const stored = this.#texts.get(name);
    if (stored === undefined) return undefined;
    const read = () => this.seen.get(name) ?? plainly(stored, this.#spelling.inside(name));
    return new ReadOnDemand(stored, read);
  }

  /** A new name within a document only begins with a lower-case letter if all existing ones do. */
  newName(name: string, nested: boolean): string {
    if (this.#spelling.asWritten || (nested && this.#isSmall() && SMALL.test(name))) return name;
    return storedName(name);
  }

  #isSmall(): boolean {
    const letters = this.members.filter(({ name }) => /^[A-Za-z]/.test(name));
    return letters.length > 0 && letters.every(({ name }) => SMALL.test(name));
  }
}

const SMALL = /^[a-z]/;

/** A stored value that is only parsed when its text is needed. */
export class ReadOnDemand implements StoredValue {
  readonly stored: string;
  readonly #read: () => string;
  #seen: string | null = null;

  constructor(stored: string, read: () => string) {
    this.stored = stored;
    this.#read = read;
  }

  get seen(): string {
    return (this.#seen ??= this.#read());
  }
}

function plainly(stored: string, spelling: Spelling): string {
  return JSON.stringify(fromStoredFields(JSON.parse(stored), spelling));
}
