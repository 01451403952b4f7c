import { Get, Inject, Query, Res } from '@nestjs/common';
import type { AuditLog } from '@nestjs-spark/contracts/internal';
import {
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  readWhole,
  type PlatformResponse,
} from '@nestjs-spark/observability/internal';
import { FromCaller, requireOperator, type Caller } from '../admit/caller.ts';
import { SparkController } from '../admit/spark-controller.ts';
import { AuditEntry, isAuditEntry } from '../audit/audit-entry.ts';
import { AUDIT_LOG } from '../audit/audit-log.ts';

const TAKE = 50;
const MOST = 1_000;

/** Who asked for what, for operators. */
@SparkController('audit')
export class AuditController {
  constructor(@Inject(AUDIT_LOG) private readonly audit: AuditLog) {}

  @Get()
  @ApiOperation({ summary: 'Who asked for what and what was decided, the newest first' })
  @ApiQuery({ name: 'skip', required: false, type: Number })
  @ApiQuery({ name: 'take', required: false, type: Number, description: 'Default 50, at most 1,000' })
  @ApiOkResponse({ type: [AuditEntry] })
  async list(
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) response: PlatformResponse,
    @Query('skip') skip?: string,
    @Query('take') take?: string,
  ): Promise<AuditEntry[]> {
    requireOperator(caller);
    const { entries, total } = await this.audit.newest(
      readWhole(skip, 'skip', { otherwise: 0 }),
      readWhole(take, 'take', { most: MOST, otherwise: TAKE }),
    );
    if (total !== null) {
      if ('raw' in response) response.header('X-Total-Count', String(total));
      else response.setHeader('X-Total-Count', String(total));
    }
    return entries.filter(isAuditEntry);
  }
}
