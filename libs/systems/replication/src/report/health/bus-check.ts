import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability';

export interface BusConnection {
  /** By JetStream's answers, not by an open socket. */
  health(): HealthFinding;
}

/** Ready while NATS JetStream answers. */
export class BusCheck implements HealthCheck {
  readonly name = 'nats';

  constructor(private readonly connection: BusConnection) {}

  look(): HealthFinding {
    return this.connection.health();
  }
}
