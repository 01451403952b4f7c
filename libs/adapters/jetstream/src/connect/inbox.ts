import { nameKey } from '@nestjs-spark/foundation/internal';

/** The prefix of a module's reply subjects: its own, so that no other module needs permission to listen there. */
export function inboxPrefix(module: string): string {
  // Application names are unrestricted; subject tokens are not.
  return `_INBOX.${nameKey(module).replaceAll(/[^a-z0-9_-]/g, '_')}`;
}
