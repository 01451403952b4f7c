import { Get, Header, ServiceUnavailableException, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '../routes/described.ts';
import { SparkRoute } from '../routes/spark-route.ts';
import { answerHealth, type HealthAnswer } from './health-answer.ts';
import { HealthResultFilter } from './health-result-filter.ts';
import { SparkHealthIndicator } from './spark-health-indicator.ts';

/** `health` by default; `ObservabilityModule.forRoot` sets the path. */
@ApiTags('Health')
@UseFilters(HealthResultFilter)
@SparkRoute()
export class HealthController {
  constructor(private readonly spark: SparkHealthIndicator) {}

  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'The process runs and answers' })
  live(): HealthAnswer {
    return answerHealth([]);
  }

  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'The store, NATS and every declared copy are available; 503 with the reasons until then',
  })
  async ready(): Promise<HealthAnswer> {
    const answer = answerHealth(await Promise.all(this.spark.each().map((look) => look())));
    if (answer.status === 'error') throw new ServiceUnavailableException(answer);
    return answer;
  }
}
