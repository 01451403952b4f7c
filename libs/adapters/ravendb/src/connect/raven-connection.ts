import type { DocumentStore } from 'ravendb';
import { createDocumentStore } from './document-store.ts';
import { RavenHttp } from './raven-http.ts';
import type { RavenSettings } from './settings.ts';

/** One database, over HTTP and through the client, both made when first needed. */
export class RavenConnection {
  readonly settings: RavenSettings;
  readonly http: RavenHttp;
  #store: Promise<DocumentStore> | null = null;

  constructor(settings: RavenSettings) {
    this.settings = settings;
    this.http = new RavenHttp(settings);
  }

  /** RavenDB's own client, with Spark's field names. */
  store(): Promise<DocumentStore> {
    return (this.#store ??= createDocumentStore(this.settings));
  }

  async close(): Promise<void> {
    (await this.#store)?.dispose();
    await this.http.close();
  }
}
