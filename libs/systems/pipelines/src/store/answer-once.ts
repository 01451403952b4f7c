import { CommandRefusedError } from '../aggregate/commands.ts';
import type { NotedRequests } from './noted-requests.ts';

/** The answer to a request, from now or from when it was sent before with the same key. */
export interface Answered<T> {
  answer: T;
  isReplayed: boolean;
}

/** A request, identified by its key and its fingerprint. */
export interface KeyedRequest {
  /** Null if it has no key and is carried out each time. */
  id: string | null;
  fingerprint: string;
}

/**
 * Carries out a request once per key, and returns the same answer each time. If the process ended before the answer was recorded, it is
 * carried out again, unless `work` recognizes it.
 * @throws {CommandRefusedError} `key-reused` if the key was used for another request
 */
export async function answerOnce<T extends object>(
  notes: NotedRequests,
  { id, fingerprint }: KeyedRequest,
  work: () => Promise<Answered<T>>,
): Promise<Answered<T>> {
  if (id === null) return work();
  const before = await notes.find(id);
  if (before && before.fingerprint !== fingerprint)
    throw new CommandRefusedError('key-reused', `The key ${id} was used for another request`);
  if (before) return { answer: before.answer as T, isReplayed: true };
  const answered = await work();
  if (!answered.isReplayed) await notes.note({ id, fingerprint, answer: answered.answer });
  return answered;
}
