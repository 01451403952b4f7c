import { parseAnswer, type SignedAnswer } from './send-signed.ts';

const LONGEST_WAIT_SECONDS = 3_600;

/** What a module has answered, with how long it asks to wait. */
export function answered(
  { status, headers }: Pick<SignedAnswer, 'status' | 'headers'>,
  text: string,
): { kind: 'answered'; status: number; body: unknown; retryAfterSeconds?: number } {
  const wait = headers['retry-after'] ?? '';
  return {
    kind: 'answered',
    status,
    body: parseAnswer(text) ?? null,
    ...(/^\d{1,6}$/.test(wait) ? { retryAfterSeconds: Math.min(Number(wait), LONGEST_WAIT_SECONDS) } : {}),
  };
}
