import { Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiController, MinimumRole, Public } from '@nestjs-spark/auth/internal';
import { ApiOperation, ReadsNoFields } from '@nestjs-spark/observability/internal';
import { ASYNC_API } from './asyncapi.ts';
import { PipelinesService } from './pipelines.service.ts';
import { answered } from './problems.ts';

/** Nodes and shards, for operators. */
@ApiController('api', 'cluster')
export class ClusterController {
  private readonly pipelines: PipelinesService;

  constructor(pipelines: PipelinesService) {
    this.pipelines = pipelines;
  }

  @Get('asyncapi.json')
  @Public()
  @ApiOperation({ summary: 'The WebSocket and the server-sent events, in AsyncAPI' })
  asyncApi(): object {
    return ASYNC_API;
  }

  @Get('cluster')
  @ApiOperation({ summary: 'Nodes, and who owns which shard' })
  async cluster(): Promise<Record<string, unknown>> {
    return this.pipelines.cluster();
  }

  @Post('projections/:name/rebuild')
  @ReadsNoFields()
  @MinimumRole('operator')
  @HttpCode(202)
  @ApiOperation({ summary: 'Rebuild a projection from the journal' })
  async rebuild(@Param('name') name: string): Promise<{ projection: string }> {
    await answered(() => this.pipelines.rebuild(name));
    return { projection: name };
  }
}
