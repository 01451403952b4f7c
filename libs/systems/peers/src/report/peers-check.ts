import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability/internal';
import type { PeersStatus } from './peers-status.ts';
import type { Peers } from './peers.ts';

/** Ready once this node has everything that was in the log when it checked. It stays ready when NATS is down. */
export class PeersCheck implements HealthCheck {
  readonly name = 'peers';
  readonly #peers: Peers;
  readonly #maxOffsetMs: number;

  /** @param maxOffsetMs from this difference on, the offset from the log's clock is reported */
  constructor(peers: Peers, maxOffsetMs: number) {
    this.#peers = peers;
    this.#maxOffsetMs = maxOffsetMs;
  }

  async look(): Promise<HealthFinding> {
    const { ready, reason } = await this.#peers.readiness();
    const status = await this.#peers.status();
    const { service, node, log, backlog, clockOffsetMs } = status;
    const isOff = Math.abs(clockOffsetMs) > this.#maxOffsetMs;
    const data = {
      state: status.state,
      service,
      node,
      reason,
      log: log.state,
      position: log.position,
      target: log.last,
      backlog,
      clockOffsetMs,
      ...(isOff && { clock: `differs from the log's by ${Math.round(clockOffsetMs / 1_000)} s: check it` }),
      entities: Object.fromEntries([
        ...status.entities.map(({ entity }) => [entity, progressOf(status)] as const),
        ...status.disabled.map((entity) => [entity, { ...progressOf(status), state: 'disabled' }] as const),
      ]),
    };
    return { ready, detail: reason ?? `${node} is a complete replica of ${service}`, data };
  }
}

/** The log has the changes of all collections in one order, so there is one progress for all of them. */
function progressOf({ state, etaSeconds, log: { position, last } }: PeersStatus) {
  return { state, applied: position, target: last, behind: last - position, etaSeconds };
}
