import type { IncomingMessage } from 'node:http';
import { HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiResponse } from '@nestjs-spark/observability/internal';
import {
  ForViewers,
  FromCaller,
  type FloodLimits,
  requireOwnName,
  type Caller,
  rawBodyOf,
  readBody,
  SparkController,
} from '@nestjs-spark/modules/internal';
import { DeploymentGate } from '../deploy/receive/deployment-gate.ts';
import { requireOwnNames } from '../deploy/receive/deployment-body.ts';
import { asProblem } from '../problems/as-problem.ts';
import { Preview } from './preview.ts';
import { PreviewBody } from './preview-body.ts';
import { PreviewResult } from './preview-result.ts';

/** Editors request previews while the user types. */
const EDITOR: FloodLimits = { burst: 30, refillMs: 1_000 };

/** `POST /spark/etl/preview`: what scripts would make of this module's documents. */
@SparkController('etl')
export class PreviewController {
  constructor(
    private readonly preview: Preview,
    private readonly gate: DeploymentGate,
  ) {}

  @Post('preview')
  @ForViewers()
  @HttpCode(200)
  @ApiOperation({ summary: 'Show what scripts would make of documents, and write nothing' })
  @ApiBody({ type: PreviewBody })
  @ApiOkResponse({ type: PreviewResult })
  @ApiResponse({ status: 400, description: 'The body is invalid; errors[] names the fields' })
  @ApiResponse({ status: 401, description: 'No valid token' })
  @ApiResponse({ status: 403, description: 'In the name of another module, or the collection is not shared' })
  @ApiResponse({ status: 413, description: 'Larger than 256 KiB' })
  @ApiResponse({ status: 422, description: 'A script cannot be run; errors[] has line and column' })
  @ApiResponse({ status: 429, description: 'Too many; Retry-After says when' })
  @ApiResponse({ status: 503, description: 'The database is unavailable' })
  async make(@Req() raw: IncomingMessage, @FromCaller() caller: Caller): Promise<PreviewResult> {
    if (caller.kind === 'module') this.gate.pass(caller.module);
    else this.gate.pass(`*${caller.through?.sub ?? 'operators'}`, EDITOR);
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
