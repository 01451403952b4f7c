import { randomUUID } from 'node:crypto';
import type { ChangeSetHeader } from '@nestjs-spark/contracts';
import type { Checkpoint, ResyncRequest } from '@nestjs-spark/contracts/internal';

/** What a requester sends when the log does not join its checkpoint: its position, and what it saw. */
export function resyncRequest(
  reason: string,
  checkpoint: Checkpoint | null,
  seen: ChangeSetHeader | null,
  fromStart = false,
): ResyncRequest {
  return {
    id: randomUUID(),
    reason,
    checkpoint: checkpoint && {
      generation: checkpoint.generation,
      incarnation: checkpoint.incarnation,
      databaseId: checkpoint.databaseId,
      to: checkpoint.to,
    },
    seen: seen && { generation: seen.generation, databaseId: seen.databaseId, from: seen.from, to: seen.to },
    ...(fromStart ? { fromStart } : {}),
    at: Date.now(),
  };
}

/**
 * The request that still needs an answer, or null: the tail carries the last answered one, and a request about an older
 * generation is obsolete.
 */
export function openRequest(tail: ChangeSetHeader, request: ResyncRequest | null): ResyncRequest | null {
  if (request === null || request.id === tail.resync) return null;
  if (request.fromStart) return request;
  if (request.seen !== null && request.seen.generation < tail.generation) return null;
  return request;
}

/** Describes for operators what is missing between a checkpoint and a set. */
export function describeHole(checkpoint: Checkpoint | null, seen: ChangeSetHeader): string {
  const has = checkpoint ? `generation ${checkpoint.generation} up to etag ${checkpoint.to}` : 'nothing';
  return `the requester has ${has}, the log continues with generation ${seen.generation} from etag ${seen.from}`;
}
