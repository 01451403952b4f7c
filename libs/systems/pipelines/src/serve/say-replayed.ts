/** An answer of Express or Fastify. */
export interface Answer {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** Marks the answer to a request that was already carried out under this key. */
export function sayReplayed({ isReplayed }: { isReplayed: boolean }, answer: Answer): void {
  if (isReplayed) answer.header('Idempotency-Replayed', 'true');
}
