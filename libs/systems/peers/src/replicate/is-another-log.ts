import type { PeerLog } from './peer-log.ts';

/** What a file has read of a log. */
export interface ReadPlace {
  /** The last message; 0 if none. */
  readonly position: number;
  /** When that was stored, in milliseconds since 1970; null if unknown. */
  readonly storedAt: number | null;
  /** The last of its own messages; null if none. */
  readonly tail: { readonly origin: string; readonly sequence: number } | null;
}

/** The clients round the server's time in different ways. */
const SAME_MS = 1;

/**
 * Whether a log is an older state of the one that was read, although it has grown beyond that place since, because others were back
 * before this node. What was removed from it says nothing.
 */
export async function isAnotherLog(
  log: Pick<PeerLog, 'timeOf' | 'tailOf'>,
  { position, storedAt, tail }: ReadPlace,
): Promise<boolean> {
  const there = position > 0 && storedAt !== null ? await log.timeOf(position) : null;
  if (there !== null && Math.abs(there - (storedAt ?? there)) > SAME_MS) return true;
  const last = tail === null ? 0 : await log.tailOf(tail.origin);
  return last > 0 && last < (tail?.sequence ?? 0);
}
