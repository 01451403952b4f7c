import type { Breakers, Logger } from '@nestjs-spark/foundation/internal';
import type { StoreParts } from './parts.ts';
import { ravendbParts } from './ravendb-parts.ts';
import type { StoreSettings } from './read-settings.ts';
import { sqliteParts } from './sqlite-parts.ts';

/** The parts of the store that the settings name. */
export function chooseParts(settings: StoreSettings, log: Logger, breakers: Breakers): StoreParts {
  return settings.kind === 'sqlite' ? sqliteParts(settings, log) : ravendbParts(settings, breakers);
}
