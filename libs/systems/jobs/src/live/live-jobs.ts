import { Inject, Injectable, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiAuthentication } from '@nestjs-spark/auth';
import { LiveServer, TrailInUse } from '@nestjs-spark/auth/internal';
import { JobsService } from '../serve/jobs.service.ts';
import { LiveConnection } from './live-connection.ts';

/** The WebSocket `/api/jobs/ws`. */
@Injectable()
export class LiveJobs extends LiveServer {
  constructor(
    host: HttpAdapterHost,
    jobs: JobsService,
    @Optional() @Inject(ApiAuthentication) authentication: ApiAuthentication | null = null,
    @Optional() @Inject(TrailInUse) trail: TrailInUse | null = null,
  ) {
    super({
      path: '/api/jobs/ws',
      host,
      authentication,
      trail,
      protocol: (reader) => new LiveConnection(reader, jobs),
    });
  }
}
