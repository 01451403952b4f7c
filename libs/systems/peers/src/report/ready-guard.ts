import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { defineProblem, ProblemError } from '@nestjs-spark/contracts';
import { Peers } from './peers.ts';

const NOT_READY = defineProblem('replicaNotReady', {
  title: 'This replica is not complete yet',
  status: 503,
});

/** Refuses requests, reads included, until this node is complete: `@UseGuards(PeersReadyGuard)`. */
@Injectable()
export class PeersReadyGuard implements CanActivate {
  private readonly peers: Peers;

  constructor(peers: Peers) {
    this.peers = peers;
  }

  /** @throws {ProblemError} `replicaNotReady` (503) with the reason */
  async canActivate(_context: ExecutionContext): Promise<boolean> {
    if (this.peers.isReady) return true;
    const { reason } = await this.peers.readiness();
    if (this.peers.isReady) return true;
    throw new ProblemError(NOT_READY, `This replica is not complete yet: ${reason}.`, {
      retryAfterSeconds: 1,
      members: { reason },
    });
  }
}
