/** A response of Express or Fastify. */
export interface Answer {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/**
 * Marks the answer to a request that was already executed under this idempotency key.
 * @param status if the answer to the first request has a different one
 */
export function sayReplayed({ isReplayed }: { isReplayed: boolean }, answer: Answer, status?: number): void {
  if (!isReplayed) return;
  if (status !== undefined) answer.status(status);
  answer.header('Idempotency-Replayed', 'true');
}
