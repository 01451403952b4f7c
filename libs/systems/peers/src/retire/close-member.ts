import type { OperatorToken } from '@nestjs-spark/modules/internal';
import type { PeerNode } from '../replicate/peer-node.ts';
import { closeProof } from './close-proof.ts';

/** A node as known from the log. */
export interface Closing {
  readonly node: string;
  readonly origin: string;
  /** The sequence of its last message. */
  readonly tail: number;
}

/**
 * Closes the origin of a node.
 * @returns false if this node has no operator token to prove it with
 * @throws {LogConflictError} if the node has written meanwhile
 */
export async function closeMember(
  { service, peer, operator }: { service: string; peer: Pick<PeerNode, 'close'>; operator: OperatorToken },
  { node, origin, tail: after }: Closing,
): Promise<boolean> {
  const proof = operator.prove(closeProof(service, { node, origin, after }));
  if (proof === null) return false;
  await peer.close({ origin, node, after, proof });
  return true;
}
