import type { IncomingMessage } from 'node:http';
import { ProblemError } from '@nestjs-spark/contracts';
import { reasonOf, type TrailInUse } from '@nestjs-spark/modules/internal';
import type { PlatformResponse, Refusal } from '@nestjs-spark/observability/internal';
import type { ApiCaller } from '../recognize/api-caller.ts';

/** What an entry says of a request. */
type Named = Pick<IncomingMessage, 'method' | 'url'>;

/**
 * Leaves a trace of a request that was refused because of who asks, and none of any other.
 * @param caller null: nobody has proved who asks
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

/** Leaves it of a request that was admitted, and that its handler refuses because of who asks, as when it is about somebody else's things. */
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

/** With its kind, so that no subject of a token passes for a module, for a user of a console or for the operator. */
function nameOf({ kind, subject }: ApiCaller): string | null {
  if (kind === 'open') return null;
  return kind === 'operator' ? 'operator' : `${kind}:${subject}`;
}
