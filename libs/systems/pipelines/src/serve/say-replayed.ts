/** An answer of Express or Fastify. */
export interface Answer {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** Says of the answer to a request that it was carried out when it came with this key before. */
export function sayReplayed({ isReplayed }: { isReplayed: boolean }, answer: Answer): void {
  if (isReplayed) answer.header('Idempotency-Replayed', 'true');
}
