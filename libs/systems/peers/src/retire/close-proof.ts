import type { ReadClose } from '../carry/message.ts';

/** The statement that an operator's token has to prove before an origin is closed: which node, and after which message. */
export function closeProof(
  service: string,
  { node, origin, after }: Pick<ReadClose, 'node' | 'origin' | 'after'>,
): string {
  return JSON.stringify(['spark-close', service, node, origin, after]);
}
