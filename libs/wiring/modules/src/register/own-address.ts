import type { AddressInfo } from 'node:net';
import type { HttpAdapterHost } from '@nestjs/core';
import type { Logger } from '@nestjs-spark/foundation/internal';

const PATIENCE_MS = 10_000;

/** The part of Nest's adapter host that is used here. */
export type ListeningHost = Pick<HttpAdapterHost, 'listen$' | 'listening' | 'httpAdapter'>;

/** The address at which other modules reach this one: from the settings, otherwise where its server listens, once it does. */
export class OwnAddress {
  private readonly given: string;
  private readonly host: ListeningHost;
  private readonly log: Logger;

  /** @param given the settings' `moduleUrl`; empty if there is none */
  constructor(given: string, host: ListeningHost, log: Logger) {
    this.given = given;
    this.host = host;
    this.log = log;
  }

  /** Waits until the address is known. Empty for an application without HTTP, which cannot be called, and after an abort. */
  async known(signal: AbortSignal): Promise<string> {
    if (this.given !== '' || !this.host.httpAdapter) return this.given;
    if (!this.host.listening) await this.listening(signal);
    return signal.aborted ? '' : this.listensAt();
  }

  private listensAt(): string {
    const server = this.host.httpAdapter.getHttpServer() as { address(): AddressInfo | string | null };
    const address = server.address();
    if (address !== null && typeof address === 'object') return `http://127.0.0.1:${address.port}`;
    throw new Error(
      'The address of this module is not known, because its server does not listen on a port: set SPARK_MODULE_URL, or moduleUrl in forRoot()',
    );
  }

  /** Resolves when the server listens, or the signal aborts. */
  async listening(signal: AbortSignal): Promise<void> {
    if (this.host.listening) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const late = setTimeout(() => this.tellLate(), PATIENCE_MS).unref();
    const heard = this.host.listen$.subscribe({ next: resolve, complete: resolve });
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    await promise;
    clearTimeout(late);
    heard.unsubscribe();
  }

  private tellLate(): void {
    if (this.given !== '') return;
    this.log.warn(
      'This module registers once its server listens, because no address is given: call app.listen(), or set ' +
        'SPARK_MODULE_URL or moduleUrl in forRoot()',
    );
  }
}
