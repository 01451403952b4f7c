import { Controller, Get, Header, UseFilters } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { describeError, redact } from '@nestjs-spark/foundation/internal';
import type { HealthCheck } from './health-check.ts';
import { HealthChecks } from './health-checks.ts';
import { HealthResultFilter } from './health-result-filter.ts';

const PATIENCE_MS = 2_000;

@ApiTags('Health')
@Controller('health')
@UseFilters(HealthResultFilter)
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly checks: HealthChecks,
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
    return this.health.check(this.checks.list().map((check) => () => this.look(check)));
  }

  private async look(check: HealthCheck) {
    const indicator = this.indicators.check(check.name);
    try {
      const { ready, detail, data } = await inTime(check);
      const shown = { ...data, detail: redact(detail) };
      return ready ? indicator.up(shown) : indicator.down(shown);
    } catch (error) {
      return indicator.down({ detail: describeError(error) });
    }
  }
}

async function inTime(check: HealthCheck) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([check.look(), late]);
  } finally {
    clearTimeout(timer);
  }
}
