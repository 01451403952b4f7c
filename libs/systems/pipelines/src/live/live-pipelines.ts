import type { Server } from 'node:http';
import {
  Inject,
  Injectable,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiAuthentication } from '@nestjs-spark/auth';
import { LiveServer } from '@nestjs-spark/auth/internal';
import { PipelinesNode } from '../own/pipelines-node.ts';
import { PipelinesFeed } from '../serve/pipelines-feed.ts';
import { LiveConnection } from './live-connection.ts';

const PATH = '/api/pipelines/live';

/** The WebSocket `/api/pipelines/live`. */
@Injectable()
export class LivePipelines implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly host: HttpAdapterHost;
  private readonly live: LiveServer;

  constructor(
    host: HttpAdapterHost,
    node: PipelinesNode,
    @Optional() @Inject(ApiAuthentication) authentication: ApiAuthentication | null = null,
  ) {
    this.host = host;
    const feed = new PipelinesFeed(node);
    this.live = new LiveServer({
      path: PATH,
      authentication,
      serve: (reader) => reader.begin(new LiveConnection(reader, feed)),
    });
  }

  onApplicationBootstrap(): void {
    this.live.listen(this.host.httpAdapter?.getHttpServer() as Server | undefined);
  }

  beforeApplicationShutdown(): void {
    this.live.close();
  }
}
