import type { Breakers, Logger } from '@nestjs-spark/foundation/internal';
import type { StoreParts } from './parts.ts';
import type { StoreSettings } from './read-settings.ts';

/**
 * The parts of the store that the settings name. The other store's adapter is not loaded: its client alone is a fifth of all
 * code.
 */
export async function chooseParts(
  settings: StoreSettings,
  log: Logger,
  breakers: Breakers,
): Promise<StoreParts> {
  if (settings.kind === 'sqlite') {
    const { sqliteParts } = await import('./sqlite-parts.ts');
    return sqliteParts(settings, log);
  }
  const { ravendbParts } = await import('./ravendb-parts.ts');
  return ravendbParts(settings, breakers);
}
