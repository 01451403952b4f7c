import type { IncomingMessage } from 'node:http';
import { HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiResponse } from '@nestjs-spark/observability/internal';
import type { EtlDeploymentResult } from '@nestjs-spark/contracts';
import { DeploymentAnswer } from './answer/deployment-answer.ts';
import { asProblem } from '../problems/as-problem.ts';
import { EtlTaskManager } from './etl-task-manager.ts';
import {
  FromCaller,
  requireOwnName,
  type Caller,
  rawBodyOf,
  SparkController,
} from '@nestjs-spark/modules/internal';
import { EtlScriptRequestBody, readDeploymentRequest } from './receive/deployment-body.ts';
import { DeploymentGate } from './receive/deployment-gate.ts';

/** `POST /spark/etl/deploy`: the complete set of a requester's scripts for this owner. */
@SparkController('etl')
export class DeployController {
  constructor(
    private readonly manager: EtlTaskManager,
    private readonly gate: DeploymentGate,
  ) {}

  @Post('deploy')
  @HttpCode(200)
  @ApiOperation({ summary: 'Deploy the full set of scripts that a module requests' })
  @ApiBody({ type: EtlScriptRequestBody })
  @ApiOkResponse({ type: DeploymentAnswer })
  @ApiResponse({ status: 400, description: 'The body is invalid; errors[] names the fields' })
  @ApiResponse({ status: 401, description: 'No valid token' })
  @ApiResponse({ status: 403, description: 'In the name of another module, or the collection is not shared' })
  @ApiResponse({ status: 409, description: 'A newer revision is deployed' })
  @ApiResponse({ status: 413, description: 'Larger than 256 KiB' })
  @ApiResponse({ status: 415, description: 'Compressed, or not JSON' })
  @ApiResponse({ status: 422, description: 'A script, a target or the licence does not allow it' })
  @ApiResponse({ status: 429, description: 'Too many deployments; Retry-After says when' })
  @ApiResponse({ status: 500, description: 'RavenDB refused the operation' })
  @ApiResponse({
    status: 503,
    description: 'Something needed is unavailable; Retry-After says when to try again',
  })
  async deploy(@Req() raw: IncomingMessage, @FromCaller() caller: Caller): Promise<EtlDeploymentResult> {
    this.gate.pass(caller.kind === 'module' ? caller.module : '*operators');
    const request = await readDeploymentRequest(rawBodyOf(raw) ?? Buffer.alloc(0));
    requireOwnName(caller, request.requestingModule);
    try {
      return await this.manager.deploy(request);
    } catch (error) {
      throw asProblem(error);
    }
  }
}
