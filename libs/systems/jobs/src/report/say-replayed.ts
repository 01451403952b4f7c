/** An answer of Express or Fastify. */
export interface Answer {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/** The request was carried out before, and what is there now is the answer. */
export function sayReplayed(replayed: boolean, answer: Answer): void {
  if (!replayed) return;
  answer.status(200);
  answer.header('Idempotency-Replayed', 'true');
}
