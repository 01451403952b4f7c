import type { ModuleInformation } from '@nestjs-spark/contracts';
import {
  checkPut,
  fromRegistryDocument,
  isEntryLost,
  moduleInformationId,
  MODULES,
  toRegistryDocument,
  type ModuleRegistry,
  type RegistryDocument,
} from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import { ensureDatabase, type EnsureDatabaseOptions } from '../connect/ensure-database.ts';
import { RavenHttp } from '../connect/raven-http.ts';
import type { RavenSettings } from '../connect/settings.ts';
import { RavenConflictError } from '../connect/server-error.ts';
import { readByPrefix } from '../read-documents/read-by-prefix.ts';
import { write, type Put } from '../write/transaction.ts';

interface StoredEntry extends RegistryDocument {
  '@metadata'?: { '@id'?: string; '@collection'?: string; '@change-vector'?: string };
}

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
    await write(this.#http, { deletes: [], puts: [toPut(information)], fence: null });
  }

  async keep(information: ModuleInformation): Promise<boolean> {
    const found = await this.#read(information.appName);
    if (!isEntryLost(information, toInformation(found, information.appName))) return false;
    const expected = found?.['@metadata']?.['@change-vector'] ?? '';
    try {
      await write(this.#http, { deletes: [], puts: [{ ...toPut(information), expected }], fence: null });
      return true;
    } catch (error) {
      // Someone else has written there meanwhile, which is as good as if it had been there before.
      if (error instanceof RavenConflictError) return false;
      throw error;
    }
  }

  async find(module: string): Promise<ModuleInformation | null> {
    return toInformation(await this.#read(module), module);
  }

  async list(): Promise<ModuleInformation[]> {
    const entries = await readByPrefix<StoredEntry>(this.#http, {
      startsWith: moduleInformationId(''),
      idOf,
    });
    return entries
      .map((entry) => toInformation(entry, idOf(entry).slice(moduleInformationId('').length)))
      .filter((information) => information !== null);
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #read(module: string): Promise<StoredEntry | null> {
    const path = this.#http.path('/docs', { id: moduleInformationId(module) });
    return (await this.#http.getDocuments<StoredEntry>(path))?.[0] ?? null;
  }
}

function idOf(entry: StoredEntry): string {
  return entry['@metadata']?.['@id'] ?? '';
}

/** @param module the name under which it was found */
function toInformation(entry: StoredEntry | null, module: string): ModuleInformation | null {
  const collection = entry?.['@metadata']?.['@collection'] ?? '@empty';
  return sameName(collection, MODULES) ? fromRegistryDocument(entry, module) : null;
}

function toPut(information: ModuleInformation): Put {
  const id = moduleInformationId(information.appName);
  const metadata = { '@collection': MODULES };
  const text = JSON.stringify({ ...toRegistryDocument(information), '@metadata': metadata });
  return { id, document: checkPut(id, text) };
}
