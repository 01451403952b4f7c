import type { HealthCheck, HealthFinding } from '@nestjs-spark/observability';

export interface BusConnection {
  readonly isConnected: boolean;
  readonly problem: string | null;
}

/** Ready while NATS JetStream is reached. */
export class BusCheck implements HealthCheck {
  readonly name = 'nats';

  constructor(private readonly connection: BusConnection) {}

  look(): HealthFinding {
    const { isConnected, problem } = this.connection;
    if (isConnected) return { ready: true, detail: 'connected' };
    return { ready: false, detail: problem ?? 'not connected yet' };
  }
}
