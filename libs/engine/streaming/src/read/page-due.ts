import type { ChangePage, SourceIdentity } from '@nestjs-spark/contracts/internal';
import type { CapturePosition } from '../task/position.ts';

/** Where the source was when somebody asked to hear of it. */
export type AskedFor = Pick<SourceIdentity, 'databaseId' | 'lastEtag'>;

export interface DueFacts {
  page: Pick<ChangePage, 'databaseId' | 'to' | 'drained' | 'changes'>;
  published: Pick<CapturePosition, 'to' | 'live'>;
  /** For how long nothing has been published, and how long that may last while the source moves on. */
  silentMs: number;
  watermarkMs: number;
  asked: AskedFor | null;
}

/** Whether the requester has to hear of a page; an empty one says only how far the source is. Pure. */
export function isDue({ page, published, silentMs, watermarkMs, asked }: DueFacts): boolean {
  if (page.changes.length > 0) return true;
  if (page.drained && !published.live) return true;
  if (page.to <= published.to) return false;
  const isAsked = asked?.databaseId === page.databaseId && published.to < asked.lastEtag;
  return isAsked || silentMs >= watermarkMs;
}

/** `raise`: the witness is to be raised, and the page read again after it. */
export type PageStep = 'publish' | 'raise' | 'pass';

export interface StepFacts {
  due: boolean;
  /** Documents are to be rerun after this page. */
  rerun: boolean;
  /** The page leaves room for them: a place where nothing in the collection happened. */
  room: boolean;
  /** The witness was raised so long ago that nothing that is read now may be published with it. */
  stale: boolean;
}

/** What is to be done with a page that was read. Raising the witness makes room, too: nobody else writes it. Pure. */
export function nextStep({ due, rerun, room, stale }: StepFacts): PageStep {
  if (rerun && !room) return 'raise';
  if (!due && !rerun) return 'pass';
  return stale ? 'raise' : 'publish';
}
