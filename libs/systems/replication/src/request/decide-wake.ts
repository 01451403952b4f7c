import type { RequestState } from './request-status.ts';

/** What is known when an owner's registration is heard of. */
export interface HeardRegistration {
  /** The owner's clock when it registered, milliseconds since 1970. */
  at: number;
  /** The registration of this owner heard of before, if any. */
  before: number | null;
  /** When this instance started. */
  startedAt: number;
  state: RequestState | null;
}

/**
 * Whether a registration is a reason to ask again. The board repeats the last one to whoever begins to listen: that one was
 * answered by the request at this start already, unless the request has come to grief since.
 */
export function shouldAskAgain({ at, before, startedAt, state }: HeardRegistration): boolean {
  // The two clocks may differ, and the owner's may be set back, so two registrations are only told apart.
  if (before !== null) return at !== before;
  return at >= startedAt || state === 'retrying' || state === 'dead';
}
