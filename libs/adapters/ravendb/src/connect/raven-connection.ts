import type { DocumentStore } from 'ravendb';
import type { Agent } from 'undici';
import { createDocumentStore } from './document-store.ts';
import { RavenHttp } from './raven-http.ts';
import type { RavenSettings } from './settings.ts';
import { agentWith } from './tls.ts';

/** One database, over HTTP and through the client, both created when first needed. */
export class RavenConnection {
  readonly settings: RavenSettings;
  readonly http: RavenHttp;
  readonly #agent: Agent | null;
  #store: Promise<DocumentStore> | null = null;

  constructor(settings: RavenSettings) {
    this.settings = settings;
    this.http = new RavenHttp(settings);
    this.#agent = settings.certificate ? agentWith(settings.certificate) : null;
  }

  /** RavenDB's own client, with Spark's field names. */
  store(): Promise<DocumentStore> {
    return (this.#store ??= createDocumentStore(this.settings, this.#agent));
  }

  async close(): Promise<void> {
    (await this.#store)?.dispose();
    await Promise.all([this.http.close(), this.#agent?.destroy()]);
  }
}
