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
import { JobsService } from '../serve/jobs.service.ts';
import { LiveConnection } from './live-connection.ts';

const PATH = '/api/jobs/ws';

/** The WebSocket `/api/jobs/ws`. */
@Injectable()
export class LiveJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly host: HttpAdapterHost;
  private readonly live: LiveServer;

  constructor(
    host: HttpAdapterHost,
    jobs: JobsService,
    @Optional() @Inject(ApiAuthentication) authentication: ApiAuthentication | null = null,
  ) {
    this.host = host;
    this.live = new LiveServer({
      path: PATH,
      authentication,
      serve: (reader) => reader.begin(new LiveConnection(reader, jobs)),
    });
  }

  onApplicationBootstrap(): void {
    this.live.listen(this.host.httpAdapter?.getHttpServer() as Server | undefined);
  }

  beforeApplicationShutdown(): void {
    this.live.close();
  }
}
