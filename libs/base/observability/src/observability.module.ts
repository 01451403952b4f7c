import { Global, Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HealthChecks } from './health/health-checks.ts';
import { HealthController } from './health/health.controller.ts';
import { ShutdownDrain } from './health/shutdown-drain.ts';
import { MetricsController } from './metrics/metrics.controller.ts';
import { MetricsRegistry } from './metrics/metrics-registry.ts';

/**
 * `GET /health/live`, `GET /health/ready` and `GET /metrics`, with `HealthChecks` and `MetricsRegistry` for whoever has
 * something to add. Global: import it once. These three routes are open to anyone who can reach the port; shield them in
 * the network where that matters.
 */
@Global()
@Module({
  // terminus would write an error at every probe while a copy is being made, which is not an error.
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController, MetricsController],
  providers: [HealthChecks, MetricsRegistry, ShutdownDrain],
  exports: [HealthChecks, MetricsRegistry],
})
export class ObservabilityModule {}
