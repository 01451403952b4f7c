import {
  ContentMissingError,
  ContentRefusedError,
  StoreRefusedError,
  UnavailableError,
  VersionConflictError,
} from '@nestjs-spark/contracts';

/**
 * What a failed write may come from, as far as its error says.
 * `elsewhere`: not from this store's taste; another instance was faster, or the owner has to send something again.
 * `outage`: from the store, whatever was to be written.
 * `content`: from what was to be written, if the store takes another write now.
 * `failed`: from what was to be written, most likely: the store answered that it failed. Once more tells.
 * `silent`: from either; nobody answered. If the store takes another write each time, and this one never, it is what was to
 * be written.
 */
export type Cause = 'elsewhere' | 'outage' | 'content' | 'failed' | 'silent';

/** The kinds of error are the store's word on who is to blame; whether it is true, another write tells. Pure. */
export function judgeFailure(error: unknown): Cause {
  if (error instanceof VersionConflictError || error instanceof ContentMissingError) return 'elsewhere';
  if (error instanceof ContentRefusedError) return 'content';
  if (error instanceof StoreRefusedError) return error.mayPass ? 'failed' : 'content';
  if (!(error instanceof UnavailableError)) return 'failed';
  if (error.whateverIsSent) return 'outage';
  return error.answered ? 'failed' : 'silent';
}

/** Why a document is set aside, in the store's words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof UnavailableError)) return textOf(error);
  const said = error.cause === undefined ? error.message : textOf(error.cause);
  return `whenever this document is written, and only then, the store fails: ${said}`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
