/** An answer of Express or Fastify. */
export interface Answer {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/**
 * Marks the answer to a request that was already carried out under this key.
 * @param status where the answer to the first one has another
 */
export function sayReplayed({ isReplayed }: { isReplayed: boolean }, answer: Answer, status?: number): void {
  if (!isReplayed) return;
  if (status !== undefined) answer.status(status);
  answer.header('Idempotency-Replayed', 'true');
}
