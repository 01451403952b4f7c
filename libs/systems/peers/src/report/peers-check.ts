import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability/internal';
import type { Peers, PeersStatus } from './peers.ts';

/** Ready once this node has all that was in the log when it was asked; it stays so when NATS is away. */
export class PeersCheck implements HealthCheck {
  readonly name = 'peers';
  readonly #peers: Peers;

  constructor(peers: Peers) {
    this.#peers = peers;
  }

  async look(): Promise<HealthFinding> {
    const { ready, reason } = await this.#peers.readiness();
    const status = await this.#peers.status();
    const { service, node, log, backlog, clockOffsetMs } = status;
    const data = {
      service,
      node,
      reason,
      log: log.state,
      position: log.position,
      target: log.last,
      backlog,
      clockOffsetMs,
      entities: Object.fromEntries(status.entities.map(({ entity }) => [entity, progressOf(status)])),
    };
    return { ready, detail: reason ?? `${node} is a complete replica of ${service}`, data };
  }
}

/** The log has the changes of all collections in one order, so none is ahead of another. */
function progressOf({ state, log: { position, last } }: PeersStatus) {
  return { state, applied: position, target: last, behind: last - position };
}
