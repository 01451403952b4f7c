import { Get, Header } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '../routes/described.ts';
import { Registry } from 'prom-client';
import { SparkRoute } from '../routes/spark-route.ts';
import { MetricsRegistry } from './metrics-registry.ts';

/** `metrics` unless the application says otherwise: `ObservabilityModule.forRoot` gives it its path. */
@ApiTags('Metrics')
@SparkRoute()
export class MetricsController {
  constructor(private readonly metrics: MetricsRegistry) {}

  @Get()
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Prometheus' })
  @ApiProduces('text/plain')
  show(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
