import { Get, Header, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '../routes/described.ts';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { SparkRoute } from '../routes/spark-route.ts';
import { HealthResultFilter } from './health-result-filter.ts';
import { SparkHealthIndicator } from './spark-health-indicator.ts';

/** `health` unless the application says otherwise: `ObservabilityModule.forRoot` gives it its path. */
@ApiTags('Health')
@UseFilters(HealthResultFilter)
@SparkRoute()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly spark: SparkHealthIndicator,
  ) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'The process runs and answers' })
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Everything this module promises is there; 503 with the reasons until then' })
  ready(): Promise<HealthCheckResult> {
    return this.health.check(this.spark.each());
  }
}
