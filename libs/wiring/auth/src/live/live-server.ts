import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { ProblemError } from '@nestjs-spark/contracts';
import { bearerOf, type TrailInUse } from '@nestjs-spark/modules/internal';
import { WebSocketServer } from 'ws';
import { recordRefusal } from '../admit/record-refusal.ts';
import type { ApiAuthentication } from '../recognize/api-authentication.ts';
import type { ApiCaller } from '../recognize/api-caller.ts';
import { LONGEST_TOKEN } from '../recognize/jwt-reader.ts';
import { LiveReader, type LiveProtocol } from './live-reader.ts';
import { refuseUpgrade, takeUpgrades } from './take-upgrades.ts';

const MOST_MESSAGE_BYTES = 128 * 1024;
const GOING_AWAY = 1001;

export interface LiveServerParts {
  path: string;
  host: HttpAdapterHost;
  /** Null: `SparkAuthModule` is not imported, and nobody is admitted. */
  authentication: ApiAuthentication | null;
  /** Counts, logs and records refusals; null: `SparkAuthModule` is not imported. */
  trail: TrailInUse | null;
  /** Creates the handler for the messages of a reader that might not be authenticated yet. */
  protocol(reader: LiveReader): LiveProtocol;
}

/**
 * A WebSocket at one path of an application, on the server of whichever platform it uses. Nest's guards do not apply to it. A
 * system provides a subclass.
 */
export abstract class LiveServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #parts: LiveServerParts;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES });

  protected constructor(parts: LiveServerParts) {
    this.#parts = parts;
  }

  /** Does nothing when the application serves no HTTP. */
  onApplicationBootstrap(): void {
    const { path, host } = this.#parts;
    const server = host.httpAdapter?.getHttpServer() as Server | undefined;
    if (!server) return;
    takeUpgrades(server, path, (request, socket, head) => void this.#accept(request, socket, head));
  }

  beforeApplicationShutdown(): void {
    for (const client of this.#sockets.clients) client.close(GOING_AWAY);
    this.#sockets.close();
  }

  async #accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { trail, protocol } = this.#parts;
    const caller = await this.#recognize(bearerOf(request, LONGEST_TOKEN)).catch(() => null);
    // A page of another site must not use a service that is open to everyone on this machine.
    if (caller?.kind === 'open' && isFromElsewhere(request)) {
      const problem = new ProblemError('forbidden', 'An open API does not accept pages from other sites.');
      recordRefusal(trail, request, problem, null);
      refuseUpgrade(socket, '403 Forbidden');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const reader = new LiveReader(client, caller, {
        recognize: (token) => this.#recognize(token),
        leave: (problem, who) => recordRefusal(trail, request, problem, who),
      });
      reader.begin(protocol(reader));
    });
  }

  async #recognize(token: string | null): Promise<ApiCaller> {
    const { authentication } = this.#parts;
    if (!authentication) throw new Error('SparkAuthModule is not imported');
    return authentication.authenticate(token);
  }
}

function isFromElsewhere({ headers }: IncomingMessage): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}
