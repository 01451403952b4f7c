import {
  ContentMissingError,
  ContentRefusedError,
  StoreRefusedError,
  UnavailableError,
  VersionConflictError,
} from '@nestjs-spark/contracts';

/**
 * The cause of a failed write, as far as its error tells.
 * `elsewhere`: not this store's judgement; another instance was faster, or the owner has to send something again.
 * `outage`: the store, whatever was written.
 * `content`: what was written, if the store accepts another write now.
 * `failed`: most likely what was written: the store reported a failure. A retry decides.
 * `silent`: either; there was no answer. If the store accepts another write each time, and never this one, it is what was
 * written.
 */
export type Cause = 'elsewhere' | 'outage' | 'content' | 'failed' | 'silent';

/** An error's type is only the store's claim about the cause; another write verifies it. Pure. */
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
