import { Get, Inject, Query, Res } from '@nestjs/common';
import type { AuditLog } from '@nestjs-spark/contracts/internal';
import {
  ApiOkResponse,
  ApiOperation,
  ApiQuery,
  type PlatformResponse,
} from '@nestjs-spark/observability/internal';
import { FromCaller, requireOperator, type Caller } from '../admit/caller.ts';
import { SparkController } from '../admit/spark-controller.ts';
import { AuditEntry, isAuditEntry } from '../audit/audit-entry.ts';
import { AUDIT_LOG } from '../audit/audit-log.ts';
import { readPage } from './read-page.ts';

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
    @Query() query: Record<string, unknown>,
    @Res({ passthrough: true }) response: PlatformResponse,
  ): Promise<AuditEntry[]> {
    requireOperator(caller);
    const { skip, take } = readPage(query);
    const { entries, total } = await this.audit.newest(skip, take);
    if (total !== null) {
      if ('raw' in response) response.header('X-Total-Count', String(total));
      else response.setHeader('X-Total-Count', String(total));
    }
    return entries.filter(isAuditEntry);
  }
}
