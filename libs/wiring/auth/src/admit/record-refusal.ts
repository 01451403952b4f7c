import type { IncomingMessage } from 'node:http';
import { ProblemError } from '@nestjs-spark/contracts';
import { reasonOf, type TrailInUse } from '@nestjs-spark/modules/internal';
import type { PlatformResponse, Refusal } from '@nestjs-spark/observability/internal';
import type { ApiCaller } from '../recognize/api-caller.ts';

/** The parts of a request that an entry contains. */
type Named = Pick<IncomingMessage, 'method' | 'url'>;

/**
 * Records a request that was refused because of who sent it, and no other.
 * @param caller null: the caller is unauthenticated
 */
export function recordRefusal(
  trail: TrailInUse | null,
  request: Named,
  problem: unknown,
  caller: ApiCaller | null,
): void {
  if (!(problem instanceof ProblemError) || !isRefusal(problem.status)) return;
  const who = caller && nameOf(caller);
  trail?.refused(refusalOf(request, problem.status, who), { who, reason: reasonOf(problem) });
}

/**
 * Records a request that was admitted but refused by its handler because of who sent it, for instance because it concerns someone
 * else's data.
 */
export function recordAnswer(
  trail: TrailInUse | null,
  request: IncomingMessage,
  response: PlatformResponse,
  caller: ApiCaller,
): void {
  const node = 'raw' in response ? response.raw : response;
  node.once('finish', () => {
    const { statusCode } = node;
    if (!isRefusal(statusCode)) return;
    const who = nameOf(caller);
    trail?.refused(refusalOf(request, statusCode, who), { who, reason: null });
  });
}

function isRefusal(status: number): status is Refusal['status'] {
  return status === 401 || status === 403;
}

function refusalOf(
  { method = '', url = '/' }: Named,
  status: Refusal['status'],
  claimed: string | null,
): Refusal {
  return { status, method, path: url.split('?')[0] ?? '/', claimed };
}

/** Includes the kind, so that no token's subject can pass for a module, a console user or the operator. */
function nameOf({ kind, subject }: ApiCaller): string | null {
  if (kind === 'open') return null;
  return kind === 'operator' ? 'operator' : `${kind}:${subject}`;
}
