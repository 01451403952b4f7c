import { isName, ProblemError } from '@nestjs-spark/contracts';
import { isListOf, isObjectOf, isOneOf, isText } from '@nestjs-spark/foundation/internal';
import type { ActingFor } from '@nestjs-spark/modules/internal';
import type { ConsoleClient } from '../ask/console-client.ts';
import type { Aggregator } from '../keep/aggregator.ts';
import type { CopyState } from '../ask/state.ts';

export interface ActionParts {
  aggregator: Aggregator;
  client: ConsoleClient;
}

const isRetry = isObjectOf({
  items: isListOf(
    isObjectOf(
      { copy: isText(200), direction: isOneOf('in', 'out') },
      { documents: isListOf(isText(512), 1_000) },
    ),
    100,
  ),
});

/** @throws {ProblemError} `notFound` if no module reports the copy */
export function copyOf({ aggregator }: ActionParts, id: string): CopyState {
  const wanted = id.toLowerCase();
  const copy = aggregator.state().copies.find((one) => one.id.toLowerCase() === wanted);
  if (copy) return copy;
  throw new ProblemError('notFound', 'No module reports such a copy.');
}

/** The path at the requester under which the collection's routes are served. */
export function collectionPath({ owner, collection }: CopyState): string {
  return `/spark/replication/${encodeURIComponent(owner)}/${encodeURIComponent(collection)}`;
}

/** Reruns set-aside documents: at the owner those that the script refused, at the requester those that its store refused. */
export async function retrySetAside(
  parts: ActionParts,
  act: ActingFor,
  body: unknown,
): Promise<{ tasks: unknown[] }> {
  if (!isRetry(body)) {
    throw new ProblemError(
      'invalid',
      'The body has to have items, each with copy, direction and, to choose some, documents.',
    );
  }
  const tasks: unknown[] = [];
  for (const { copy: id, direction, documents } of body.items) {
    const { owner, requester, task } = copyOf(parts, id);
    const [at, other] = direction === 'out' ? [owner, requester] : [requester, owner];
    const answer = await parts.client.demand(act, {
      module: at,
      method: 'POST',
      path: '/spark/etl/set-aside/retry',
      body: { module: other, task, ...(documents ? { documents } : {}) },
      timeoutMs: 15_000,
    });
    const done = (answer as { tasks?: unknown } | null)?.tasks;
    if (Array.isArray(done)) tasks.push(...done);
  }
  return { tasks };
}

/** Runs a script on an owner's documents without changing anything. */
export async function preview({ client }: ActionParts, act: ActingFor, body: unknown): Promise<unknown> {
  const { owner, ...rest } = Object(body) as Record<string, unknown>;
  if (!isName(owner)) throw new ProblemError('invalid', 'owner has to be the name of a module.');
  return client.demand(act, {
    module: owner,
    method: 'POST',
    path: '/spark/etl/preview',
    body: rest,
    timeoutMs: 20_000,
  });
}
