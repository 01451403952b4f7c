import type { IncomingMessage } from 'node:http';
import { Controller, HttpCode, Post, Req, UseFilters, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiBody, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ProblemFilter } from '@nestjs-spark/observability';
import { asProblem } from '../deploy/answer/as-problem.ts';
import { FromCaller, requireOwnName, type Caller } from '../deploy/receive/caller.ts';
import { DeploymentGate } from '../deploy/receive/deployment-gate.ts';
import { rawBodyOf } from '../deploy/receive/raw-body.ts';
import { readBody } from '../deploy/receive/read-body.ts';
import { requireOwnNames } from '../deploy/receive/read-request.ts';
import { SparkGuard } from '../deploy/receive/spark-guard.ts';
import { PreviewAnswer } from './answers.ts';
import { Preview } from './preview.ts';
import { PreviewBody } from './preview-body.ts';

/** `POST /spark/etl/preview`: what scripts would make of this module's documents. */
@ApiTags('Spark')
@ApiBearerAuth()
@Controller('spark/etl')
@UseGuards(SparkGuard)
@UseFilters(ProblemFilter)
export class PreviewController {
  constructor(
    private readonly preview: Preview,
    private readonly gate: DeploymentGate,
  ) {}

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say what scripts would make of documents, and write nothing' })
  @ApiBody({ type: PreviewBody })
  @ApiOkResponse({ type: PreviewAnswer })
  @ApiResponse({ status: 400, description: 'The body is not as it must be; errors[] has the fields' })
  @ApiResponse({ status: 401, description: 'No valid token' })
  @ApiResponse({ status: 403, description: 'In the name of another module, or the collection is not shared' })
  @ApiResponse({ status: 413, description: 'Larger than 256 KiB' })
  @ApiResponse({ status: 422, description: 'A script cannot be run; errors[] has line and column' })
  @ApiResponse({ status: 429, description: 'Too many; Retry-After says when' })
  @ApiResponse({ status: 503, description: 'The database is away' })
  async make(@Req() raw: IncomingMessage, @FromCaller() caller: Caller): Promise<PreviewAnswer> {
    this.gate.pass(caller.kind === 'module' ? caller.module : '*operators');
    const wanted = await readBody(PreviewBody, rawBodyOf(raw) ?? Buffer.alloc(0));
    requireOwnName(caller, wanted.requestingModule);
    requireOwnNames(wanted.scripts);
    try {
      return await this.preview.make(wanted);
    } catch (error) {
      throw asProblem(error);
    }
  }
}
