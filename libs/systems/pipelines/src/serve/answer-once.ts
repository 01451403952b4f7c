import { createHash } from 'node:crypto';
import type { StateStore } from '@nestjs-spark/contracts/internal';
import { CommandRefusedError } from '../aggregate/commands.ts';
import { NotedRequests } from '../store/noted-requests.ts';
import type { PipelineKey } from '../store/ports.ts';

/** What a request was answered, now or when it was sent before with the same key. */
export interface Answered<T> {
  answer: T;
  isReplayed: boolean;
}

/**
 * Carries out a request that leaves no event, such as one that concerns dead letters, once for each key. One whose process ended before
 * it was noted is carried out again.
 * @throws {CommandRefusedError} `key-reused` when the key was used for another request
 */
export async function answerOnce<T extends object>(
  state: StateStore,
  key: PipelineKey,
  id: string | null,
  asked: object,
  work: () => Promise<T>,
): Promise<Answered<T>> {
  if (id === null) return { answer: await work(), isReplayed: false };
  const noted = new NotedRequests(state, key, 'letters');
  const fingerprint = createHash('sha256').update(JSON.stringify(asked)).digest('base64url');
  const before = await noted.find(id);
  if (before && before.fingerprint !== fingerprint)
    throw new CommandRefusedError('key-reused', `The key ${id} was used for another request`);
  if (before) return { answer: (before.answer ?? {}) as T, isReplayed: true };
  const answer = await work();
  await noted.note({ id, fingerprint, answer });
  return { answer, isReplayed: false };
}
