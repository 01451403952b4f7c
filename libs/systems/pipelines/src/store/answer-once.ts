import { CommandRefusedError } from '../aggregate/commands.ts';
import type { NotedRequests } from './noted-requests.ts';

/** What a request was answered, now or when it was sent before with the same key. */
export interface Answered<T> {
  answer: T;
  isReplayed: boolean;
}

/** A request, by its key and by what it asks for. */
export interface KeyedRequest {
  /** Null: it has no key, and is carried out each time. */
  id: string | null;
  fingerprint: string;
}

/**
 * Carries out a request once for each key, and gives it the same answer each time. One whose process ended before its answer was noted
 * is carried out again, unless `work` recognizes it.
 * @throws {CommandRefusedError} `key-reused` when the key was used for another request
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
