import { StoreRefusedError, VersionConflictError } from '@nestjs-spark/contracts';
import { DatabaseMissingError } from './server-error.ts';
import type { RavenHttp } from './raven-http.ts';
import { describeUrls, type RavenSettings } from './settings.ts';

export interface EnsureDatabaseOptions {
  /** True in development; in production a missing database is an error for the operator. */
  create: boolean;
  /** Ends it early, with an error. */
  signal?: AbortSignal;
}

/**
 * Ensures that the database exists.
 * @throws {StoreRefusedError} when it is missing and may not be created, or the server refuses to create it
 */
export async function ensureDatabase(
  http: RavenHttp,
  settings: RavenSettings,
  { create, signal }: EnsureDatabaseOptions,
): Promise<void> {
  const name = encodeURIComponent(settings.database);
  if (await isThere(http, signal)) return;
  if (!create) {
    throw new StoreRefusedError(
      `Database ${settings.database} does not exist at ${describeUrls(settings.urls)}. Create it, or let Spark do so by ` +
        'setting createDatabase (the default outside production).',
    );
  }
  try {
    const definition = { DatabaseName: settings.database };
    await http.sendJson('PUT', `/admin/databases?name=${name}&replicationFactor=1`, definition, signal);
  } catch (error) {
    // Two modules that start together both find the registry's database missing.
    if (!(error instanceof VersionConflictError)) throw error;
  }
}

/** Asks the database itself: only operators can list databases. */
async function isThere(http: RavenHttp, signal?: AbortSignal): Promise<boolean> {
  try {
    return (await http.getJson(http.path('/stats'), signal)) !== null;
  } catch (error) {
    if (error instanceof DatabaseMissingError) return false;
    throw error;
  }
}
