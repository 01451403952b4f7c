import type { ChangePage } from '@nestjs-spark/contracts/internal';

/** What the target handles best in one transaction; more at a time only occupies memory. */
const CHANGES_AT_ONCE = 1_024;

/** The page's first `count` changes and the rest, covering it without a gap. */
export function cutPage(page: ChangePage, count: number): [first: ChangePage, rest: ChangePage | null] {
  const { changes } = page;
  const last = changes[count - 1];
  if (count >= changes.length || !last) return [page, null];
  const to = last.etag;
  return [
    { ...page, to, drained: false, changes: changes.slice(0, count) },
    { ...page, from: to + 1, changes: changes.slice(count) },
  ];
}

/** The page in parts that cover it without a gap, so that the first can be published while the others are transformed. */
export function splitPage(page: ChangePage, size = CHANGES_AT_ONCE): ChangePage[] {
  const { changes } = page;
  if (changes.length <= size) return [page];
  const parts: ChangePage[] = [];
  let from = page.from;
  for (let at = 0; at < changes.length; at += size) {
    const part = changes.slice(at, at + size);
    const isLast = at + size >= changes.length;
    const to = isLast ? page.to : (part.at(-1)?.etag ?? from);
    parts.push({ ...page, from, to, drained: page.drained && isLast, changes: part });
    from = to + 1;
  }
  return parts;
}
