import { ISSUED_SKEW_SECONDS } from '@nestjs-spark/modules/internal';
import type { ApiCaller } from './api-caller.ts';

/**
 * When the caller's JWT stops being accepted, in milliseconds since the epoch; Infinity for credentials that do not expire. For answers
 * that could outlive it.
 */
export function expiresAt({ claims }: Pick<ApiCaller, 'claims'>): number {
  const { exp } = claims;
  return typeof exp === 'number' ? (exp + ISSUED_SKEW_SECONDS) * 1_000 : Infinity;
}
