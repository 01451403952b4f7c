import type { IncomingMessage } from 'node:http';
import type { ProblemError } from '@nestjs-spark/contracts';
import type { Refusal } from '@nestjs-spark/observability/internal';
import { decodeJwt } from 'jose';
import { bearerOf, looksSigned } from './bearer.ts';

/** What to record of a refused request; null when it was not refused because of who sent it. */
export function describeRefusal(request: IncomingMessage, { status }: ProblemError): Refusal | null {
  if (status !== 401 && status !== 403) return null;
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  return { status, method: request.method ?? '', path, claimed: claimedName(bearerOf(request)) };
}

/** The name claimed by a token, verified or not. */
function claimedName(token: string | null): string | null {
  if (token === null || !looksSigned(token)) return null;
  try {
    const { iss } = decodeJwt(token);
    return typeof iss === 'string' ? iss : null;
  } catch {
    return null;
  }
}

/** The reason in more detail than the answer: one that tells strangers nothing is followed by its cause. */
export function reasonOf({ message, cause }: ProblemError): string {
  return cause instanceof Error ? cause.message : message;
}
