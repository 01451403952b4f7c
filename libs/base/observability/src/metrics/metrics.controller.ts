import { Get, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '../routes/described.ts';
import { Registry } from 'prom-client';
import { nodeRequest, sendText, type PlatformRequest, type PlatformResponse } from '../routes/platform.ts';
import { SparkRoute } from '../routes/spark-route.ts';
import { MetricsRegistry } from './metrics-registry.ts';
import { OPEN_METRICS, prefersOpenMetrics, toOpenMetrics } from './open-metrics.ts';

/** `metrics` by default; `ObservabilityModule.forRoot` sets the path. */
@ApiTags('Metrics')
@SparkRoute()
export class MetricsController {
  constructor(private readonly metrics: MetricsRegistry) {}

  @Get()
  @ApiOperation({ summary: 'Prometheus, or OpenMetrics for a reader that prefers it' })
  @ApiProduces('text/plain', 'application/openmetrics-text')
  async show(@Req() request: PlatformRequest, @Res() response: PlatformResponse): Promise<void> {
    const isOpen = prefersOpenMetrics(nodeRequest(request).headers.accept);
    const text = await this.metrics.registry.metrics();
    sendText(request, response, {
      status: 200,
      headers: {
        'Content-Type': isOpen ? OPEN_METRICS : Registry.PROMETHEUS_CONTENT_TYPE,
        'Cache-Control': 'no-store',
      },
      body: isOpen ? toOpenMetrics(text) : text,
    });
  }
}
