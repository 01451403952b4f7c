import type { Etag } from '@nestjs-spark/contracts';
import type { ChangePage } from '@nestjs-spark/contracts/internal';

/** A page that one reader has asked for, kept for those behind it. */
export interface KeptPage {
  readonly from: Etag;
  /** Null while it is being read. */
  to: Etag | null;
  /** It has every delete after this etag. */
  readonly deletesAfter: Etag;
  /** Nothing in it was read before this moment, by the group's count. */
  readonly readAfter: number;
  readonly answer: Promise<ChangePage>;
  bytes: number;
}

export interface WantedPage {
  from: Etag;
  deletesAfter: Etag;
  /** Only what was read later than this counts: what is published has to be read after its witness was raised. */
  since: number;
}

/** Whether a reader can be given this page, or the rest of it. Pure. */
export function answersWith(page: KeptPage, { from, deletesAfter, since }: WantedPage): boolean {
  if (page.readAfter <= since) return false;
  const covers = page.to === null ? page.from === from : page.from <= from && from <= page.to;
  return covers && page.deletesAfter <= Math.max(deletesAfter, from - 1);
}

/** Whether a reader is still to come to this page. Pure. */
export function isWanted(page: KeptPage, readers: readonly { at: Etag; since: number }[]): boolean {
  const { to, readAfter } = page;
  return to === null || readers.some(({ at, since }) => at <= to && since < readAfter);
}
