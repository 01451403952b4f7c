import { nameKey } from '@nestjs-spark/foundation/internal';

/** Where answers to a module come in: a prefix of its own, so that no other module need be allowed to listen there. */
export function inboxPrefix(module: string): string {
  // An application may have any name; a subject's token may not.
  return `_INBOX.${nameKey(module).replaceAll(/[^a-z0-9_-]/g, '_')}`;
}
