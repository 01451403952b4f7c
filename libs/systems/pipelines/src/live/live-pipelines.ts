import { Inject, Injectable, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiAuthentication } from '@nestjs-spark/auth';
import { LiveServer, TrailInUse } from '@nestjs-spark/auth/internal';
import { PipelinesNode } from '../own/pipelines-node.ts';
import { PipelinesFeed } from '../serve/pipelines-feed.ts';
import { LiveConnection } from './live-connection.ts';

/** The WebSocket `/api/pipelines/live`. */
@Injectable()
export class LivePipelines extends LiveServer {
  constructor(
    host: HttpAdapterHost,
    node: PipelinesNode,
    @Optional() @Inject(ApiAuthentication) authentication: ApiAuthentication | null = null,
    @Optional() @Inject(TrailInUse) trail: TrailInUse | null = null,
  ) {
    const feed = new PipelinesFeed(node);
    super({
      path: '/api/pipelines/live',
      host,
      authentication,
      trail,
      protocol: (reader) => new LiveConnection(reader, feed),
    });
  }
}
