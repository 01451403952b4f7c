import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  Inject,
  Injectable,
  Optional,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiAuthentication } from '@nestjs-spark/auth';
import { bearerOf } from '@nestjs-spark/modules/internal';
import { WebSocketServer } from 'ws';
import { accessOf } from '../report/read-query.ts';
import type { JobAccess } from '../serve/access.ts';
import { JobsService } from '../serve/jobs.service.ts';
import { LiveConnection } from './live-connection.ts';
import { refuseUpgrade, takeUpgrades } from './take-upgrades.ts';

const PATH = '/api/jobs/ws';
const MOST_MESSAGE_BYTES = 128 * 1024;
const GOING_AWAY = 1001;

/** The WebSocket `/api/jobs/ws`, on the server of whichever platform the application uses. */
@Injectable()
export class LiveJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly host: HttpAdapterHost;
  private readonly jobs: JobsService;
  private readonly authentication: ApiAuthentication | null;
  private readonly sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES });

  constructor(
    host: HttpAdapterHost,
    jobs: JobsService,
    @Optional() @Inject(ApiAuthentication) authentication: ApiAuthentication | null = null,
  ) {
    this.host = host;
    this.jobs = jobs;
    this.authentication = authentication;
  }

  onApplicationBootstrap(): void {
    const server = this.host.httpAdapter?.getHttpServer() as Server | undefined;
    if (server)
      takeUpgrades(server, PATH, (request, socket, head) => void this.accept(request, socket, head));
  }

  beforeApplicationShutdown(): void {
    for (const client of this.sockets.clients) client.close(GOING_AWAY);
    this.sockets.close();
  }

  private async accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const access = await this.recognize(bearerOf(request)).catch(() => null);
    // A page of another site must not use a service that is open to everybody on this machine.
    if (access?.kind === 'open' && isFromElsewhere(request)) {
      refuseUpgrade(socket, '403 Forbidden');
      return;
    }
    this.sockets.handleUpgrade(request, socket, head, (client) =>
      new LiveConnection(client, this.jobs, (token) => this.recognize(token)).begin(access),
    );
  }

  private async recognize(token: string | null): Promise<JobAccess> {
    if (!this.authentication) throw new Error('SparkAuthModule is not imported');
    return accessOf(await this.authentication.authenticate(token));
  }
}

function isFromElsewhere({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
