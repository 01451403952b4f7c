import type { Etag } from '@nestjs-spark/contracts';
import type { ChangePage } from '@nestjs-spark/contracts/internal';

/** A page that one reader requested, kept for those behind it. */
export interface KeptPage {
  readonly from: Etag;
  /** Null while it is being read. */
  to: Etag | null;
  /** It contains every delete after this etag. */
  readonly deletesAfter: Etag;
  /** Nothing in it was read before this moment, as counted by the group. */
  readonly readAfter: number;
  readonly answer: Promise<ChangePage>;
  bytes: number;
}

export interface WantedPage {
  from: Etag;
  deletesAfter: Etag;
  /** Only what was read after this counts: what is published has to be read after its witness was raised. */
  since: number;
}

/** Whether a reader can use this page, or the rest of it. Pure. */
export function answersWith(page: KeptPage, { from, deletesAfter, since }: WantedPage): boolean {
  if (page.readAfter <= since) return false;
  const covers = page.to === null ? page.from === from : page.from <= from && from <= page.to;
  return covers && page.deletesAfter <= Math.max(deletesAfter, from - 1);
}

/** Whether a reader has yet to reach this page. Pure. */
export function isWanted(page: KeptPage, readers: readonly { at: Etag; since: number }[]): boolean {
  const { to, readAfter } = page;
  return to === null || readers.some(({ at, since }) => at <= to && since < readAfter);
}
