import { ISSUED_SKEW_SECONDS } from '@nestjs-spark/modules/internal';
import type { ApiCaller } from './api-caller.ts';

/** What a timer can wait for, some 25 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Aborts when the caller's JWT would not be accepted any more; other credentials do not expire. For an answer that could outlive it. */
export function expiryOf({ claims }: Pick<ApiCaller, 'claims'>): AbortSignal {
  const { exp } = claims;
  if (typeof exp !== 'number') return new AbortController().signal;
  const leftMs = (exp + ISSUED_SKEW_SECONDS) * 1_000 - Date.now();
  return AbortSignal.timeout(Math.ceil(Math.min(Math.max(0, leftMs), LONGEST_MS)));
}
