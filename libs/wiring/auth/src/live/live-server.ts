import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { bearerOf } from '@nestjs-spark/modules/internal';
import { WebSocketServer } from 'ws';
import type { ApiAuthentication } from '../recognize/api-authentication.ts';
import type { ApiCaller } from '../recognize/api-caller.ts';
import { LONGEST_TOKEN } from '../recognize/jwt-reader.ts';
import { LiveReader } from './live-reader.ts';
import { refuseUpgrade, takeUpgrades } from './take-upgrades.ts';

const MOST_MESSAGE_BYTES = 128 * 1024;
const GOING_AWAY = 1001;

export interface LiveServerParts {
  path: string;
  /** Null: `SparkAuthModule` is not imported, and nobody is admitted. */
  authentication: ApiAuthentication | null;
  /** Serves a reader that may not be authenticated yet. */
  serve(reader: LiveReader): void;
}

/** A WebSocket at one path of an application, on the server of whichever platform it uses. Nest's guards do not reach it. */
export class LiveServer {
  readonly #parts: LiveServerParts;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE_BYTES });

  constructor(parts: LiveServerParts) {
    this.#parts = parts;
  }

  /** @param server undefined: the application serves no HTTP */
  listen(server: Server | undefined): void {
    if (!server) return;
    takeUpgrades(
      server,
      this.#parts.path,
      (request, socket, head) => void this.#accept(request, socket, head),
    );
  }

  close(): void {
    for (const client of this.#sockets.clients) client.close(GOING_AWAY);
    this.#sockets.close();
  }

  async #accept(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const caller = await this.#recognize(bearerOf(request, LONGEST_TOKEN)).catch(() => null);
    // A page of another site must not use a service that is open to everybody on this machine.
    if (caller?.kind === 'open' && isFromElsewhere(request)) {
      refuseUpgrade(socket, '403 Forbidden');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) =>
      this.#parts.serve(new LiveReader(client, caller, (token) => this.#recognize(token))),
    );
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
