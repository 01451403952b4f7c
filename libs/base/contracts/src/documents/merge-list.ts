import { scanElements, scanMembers } from './scan-members.ts';

/** A JSON value as stored and as read: `seen` is how it would be written back unchanged. */
export interface StoredValue {
  readonly stored: string;
  readonly seen: string;
}

type MergeItem = (wanted: string, sources: readonly StoredValue[]) => string;

interface Item extends StoredValue {
  start: number;
  end: number;
}

// Beyond this many comparisons, items are only matched by position.
const MOST_COMPARED = 10_000;

/**
 * A stored list with new items: those that read the same keep their texts wherever they move, the others are merged with the most
 * similar item.
 */
export function mergeList(wanted: string, sources: readonly StoredValue[], merge: MergeItem): string {
  const lists = sources.map(itemsOf);
  const [base = []] = lists;
  const values = elementsOf(wanted).map(({ start, end }) => wanted.slice(start, end));
  const matches = matchEqual(values, lists);
  const partners = matchAlike(
    values,
    base,
    values.map((_, index) => matches[index] === undefined),
    new Set(matches),
  );
  const texts = values.map((value, index) => {
    const match = matches[index];
    if (match) return match.stored;
    const partner = partners.get(index);
    return merge(value, partner ? [partner] : []);
  });
  const [source] = sources;
  if (!source || base.length === 0 || base.length !== texts.length) return `[${texts.join(',')}]`;
  let result = '';
  let taken = 0;
  for (const [index, { start, end }] of base.entries()) {
    result += source.stored.slice(taken, start) + (texts[index] ?? '');
    taken = end;
  }
  return result + source.stored.slice(taken);
}

/** For each value an item that reads the same, preferring the one at the same index; no item is used twice. */
function matchEqual(values: readonly string[], lists: readonly Item[][]): (Item | undefined)[] {
  const [base = []] = lists;
  const matches = values.map((value, index) => (base[index]?.seen === value ? base[index] : undefined));
  const used = new Set(matches);
  // Each in reverse, so that the first is taken from the end: from the front, all others would be moved each time.
  const left = new Map<string, Item[]>();
  for (const item of lists.flat().toReversed()) {
    if (used.has(item)) continue;
    const same = left.get(item.seen);
    if (same) same.push(item);
    else left.set(item.seen, [item]);
  }
  return matches.map((match, index) => match ?? left.get(values[index] ?? '')?.pop());
}

/** For each unmatched value the item that shares most members with it, or the one at the same index in a list of equal length. */
function matchAlike(
  values: readonly string[],
  base: readonly Item[],
  open: readonly boolean[],
  used: ReadonlySet<Item | undefined>,
): Map<number, Item> {
  const free = new Set(base.filter((item) => !used.has(item)));
  const wanted = values.flatMap((_, index) => (open[index] ? [index] : []));
  const partners = new Map<number, Item>();
  const take = (index: number, item: Item | undefined): void => {
    if (!item) return;
    partners.set(index, item);
    free.delete(item);
  };
  if (wanted.length * free.size <= MOST_COMPARED) {
    const members = new Map([...free].map((item) => [item, membersOf(item.seen)]));
    for (const index of wanted) {
      const own = membersOf(values[index] ?? '');
      const at = base[index];
      // The item at the same index is compared first, so it wins over one that is equally similar.
      const candidates = at && free.has(at) ? [at, ...free] : [...free];
      take(index, mostAlike(own, candidates, members));
    }
  }
  if (values.length !== base.length) return partners;
  for (const index of wanted) {
    const at = base[index];
    if (!partners.has(index) && at && free.has(at)) take(index, at);
  }
  return partners;
}

function mostAlike(
  own: ReadonlySet<string>,
  candidates: readonly Item[],
  members: ReadonlyMap<Item, ReadonlySet<string>>,
): Item | undefined {
  let best: Item | undefined;
  let most = 0;
  for (const item of candidates) {
    let shared = 0;
    for (const member of members.get(item) ?? []) if (own.has(member)) shared++;
    if (shared > most) [best, most] = [item, shared];
  }
  return best;
}

/** The members of an object as written; none when it is not an object. */
function membersOf(text: string): Set<string> {
  const members = new Set<string>();
  if (text.startsWith('{')) {
    scanMembers(text, ({ nameStart, valueEnd }) => members.add(text.slice(nameStart, valueEnd)));
  }
  return members;
}

function itemsOf({ stored, seen }: StoredValue): Item[] {
  const places = elementsOf(stored);
  const read = elementsOf(seen);
  if (places.length !== read.length) return [];
  return places.map(({ start, end }, index) => {
    const as = read[index] ?? { start: 0, end: 0 };
    return { start, end, stored: stored.slice(start, end), seen: seen.slice(as.start, as.end) };
  });
}

function elementsOf(text: string): { start: number; end: number }[] {
  const elements: { start: number; end: number }[] = [];
  scanElements(text, (start, end) => elements.push({ start, end }));
  return elements;
}
