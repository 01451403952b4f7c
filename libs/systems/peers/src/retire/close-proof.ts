import type { ReadClose } from '../carry/message.ts';

/** What an operator's token has to prove for an origin to be closed: of which node, and after which message. */
export function closeProof(
  service: string,
  { node, origin, after }: Pick<ReadClose, 'node' | 'origin' | 'after'>,
): string {
  return JSON.stringify(['spark-close', service, node, origin, after]);
}
