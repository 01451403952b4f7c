import type { ModuleInformation } from '@nestjs-spark/contracts';
import {
  checkPut,
  fromRegistryDocument,
  moduleInformationId,
  MODULES,
  toRegistryDocument,
  type ModuleRegistry,
  type RegistryDocument,
} from '@nestjs-spark/contracts/internal';
import { ensureDatabase, type EnsureDatabaseOptions } from '../connect/ensure-database.ts';
import { RavenHttp } from '../connect/raven-http.ts';
import type { RavenSettings } from '../connect/settings.ts';
import { write } from '../write/transaction.ts';

interface DocumentsAnswer {
  Results: (RegistryDocument | null)[];
}

const PAGE = 1_024;

/** The modules that know each other, in the database SparkModules. */
export class RavenModuleRegistry implements ModuleRegistry {
  readonly #settings: RavenSettings;
  readonly #http: RavenHttp;
  readonly #options: EnsureDatabaseOptions;

  constructor(settings: RavenSettings, options: EnsureDatabaseOptions) {
    this.#settings = settings;
    this.#http = new RavenHttp(settings);
    this.#options = options;
  }

  prepare(signal?: AbortSignal): Promise<void> {
    return ensureDatabase(this.#http, this.#settings, { ...this.#options, ...(signal ? { signal } : {}) });
  }

  async register(information: ModuleInformation): Promise<void> {
    const id = moduleInformationId(information.appName);
    const text = JSON.stringify({
      ...toRegistryDocument(information),
      '@metadata': { '@collection': MODULES },
    });
    await write(this.#http, { deletes: [], puts: [{ id, document: checkPut(id, text) }], fence: null });
  }

  async find(module: string): Promise<ModuleInformation | null> {
    const path = this.#http.path('/docs', { id: moduleInformationId(module) });
    const document = (await this.#http.getJson<DocumentsAnswer>(path))?.Results[0];
    return document ? fromRegistryDocument(document) : null;
  }

  async list(): Promise<ModuleInformation[]> {
    const found: ModuleInformation[] = [];
    for (let start = 0; ; start += PAGE) {
      const query = { startsWith: moduleInformationId(''), start, pageSize: PAGE };
      const documents =
        (await this.#http.getJson<DocumentsAnswer>(this.#http.path('/docs', query)))?.Results ?? [];
      for (const document of documents) {
        const information = document && fromRegistryDocument(document);
        if (information) found.push(information);
      }
      if (documents.length < PAGE) return found;
    }
  }

  close(): Promise<void> {
    return this.#http.close();
  }
}
