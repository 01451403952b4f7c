import type { ChangePage, SourceIdentity } from '@nestjs-spark/contracts/internal';
import type { CapturePosition } from '../task/position.ts';

/** The source's position when someone asked about it. */
export type AskedFor = Pick<SourceIdentity, 'databaseId' | 'lastEtag'>;

export interface DueFacts {
  page: Pick<ChangePage, 'databaseId' | 'to' | 'drained' | 'changes'>;
  published: Pick<CapturePosition, 'to' | 'live'>;
  /** How long nothing has been published, and how long that may last while the source moves on. */
  silentMs: number;
  watermarkMs: number;
  asked: AskedFor | null;
}

/** Whether the requester needs a page; an empty one only tells how far the source is. Pure. */
export function isDue({ page, published, silentMs, watermarkMs, asked }: DueFacts): boolean {
  if (page.changes.length > 0) return true;
  if (page.drained && !published.live) return true;
  if (page.to <= published.to) return false;
  const isAsked = asked?.databaseId === page.databaseId && published.to < asked.lastEtag;
  return isAsked || silentMs >= watermarkMs;
}

/** `raise`: raise the witness, and read the page again afterwards. */
export type PageStep = 'publish' | 'raise' | 'pass';

export interface StepFacts {
  due: boolean;
  /** Documents are to be rerun after this page. */
  rerun: boolean;
  /** The page has room for them: an etag range without a change in the collection. */
  room: boolean;
  /** The witness was raised too long ago for anything read now to be published with it. */
  stale: boolean;
}

/**
 * What to do with a page that was read. Raising the witness also makes room, since it takes an etag that nothing else has. Pure.
 */
export function nextStep({ due, rerun, room, stale }: StepFacts): PageStep {
  if (rerun && !room) return 'raise';
  if (!due && !rerun) return 'pass';
  return stale ? 'raise' : 'publish';
}
