import type { IncomingMessage } from 'node:http';
import { Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import {
  FromCaller,
  rawBodyOf,
  readBody,
  requireOperator,
  SparkController,
  type Caller,
} from '@nestjs-spark/modules/internal';
import {
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  isBlank,
} from '@nestjs-spark/observability/internal';
import { asProblem } from '../problems/as-problem.ts';
import { ReplicationVerify } from './replication-verify.ts';
import { VerifyBody } from './verify-body.ts';
import { VerifyReport } from './verify-report.ts';

const NOTHING = Buffer.from('{}');

/** `/spark/replication/{owner}/{collection}/verify`: compares copies with their source. */
@SparkController('replication')
export class VerifyController {
  constructor(private readonly verify: ReplicationVerify) {}

  @Post(':owner/:collection/verify')
  @HttpCode(202)
  @ApiOperation({ summary: 'Compare the copies of a collection with their source (operators only)' })
  @ApiBody({ type: VerifyBody, required: false })
  @ApiResponse({ status: 202, type: VerifyReport, description: 'Started; GET returns the report' })
  @ApiResponse({ status: 400, description: 'The body is invalid; errors[] names the fields' })
  @ApiResponse({ status: 404, description: 'No copies of that collection are kept here' })
  @ApiResponse({ status: 409, description: "RavenDB's own ETL carries it" })
  async start(
    @Req() raw: IncomingMessage,
    @FromCaller() caller: Caller,
    @Param('owner') owner: string,
    @Param('collection') collection: string,
  ): Promise<VerifyReport> {
    requireOperator(caller);
    const body = rawBodyOf(raw);
    const wish = await readBody(VerifyBody, body && !isBlank(body) ? body : NOTHING);
    try {
      return await this.verify.start(owner, collection, { ...wish });
    } catch (error) {
      throw asProblem(error);
    }
  }

  @Get(':owner/:collection/verify')
  @ApiOperation({ summary: 'The report of the last comparison, or its progress (operators only)' })
  @ApiOkResponse({ type: VerifyReport })
  @ApiResponse({ status: 404, description: 'No copies of that collection are kept here, or never compared' })
  async report(
    @FromCaller() caller: Caller,
    @Param('owner') owner: string,
    @Param('collection') collection: string,
  ): Promise<VerifyReport> {
    requireOperator(caller);
    try {
      return await this.verify.report(owner, collection);
    } catch (error) {
      throw asProblem(error);
    }
  }
}
