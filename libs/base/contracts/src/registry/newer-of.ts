import type { ModuleInformation } from './module-information.ts';

/**
 * Which of two entries of one module counts: one that the module has signed before one that it has not, which anybody may have
 * written; then the later one, which knows where the module is now; the first when neither is later. Null when their keys
 * differ: then they may be two modules, and time says nothing about who is right.
 */
export function newerOf(first: ModuleInformation, second: ModuleInformation): ModuleInformation | null {
  if (first.publicKey?.x !== second.publicKey?.x) return null;
  if (isSigned(first) !== isSigned(second)) return isSigned(first) ? first : second;
  return Date.parse(second.registeredAtUtc) > Date.parse(first.registeredAtUtc) ? second : first;
}

/**
 * Whether a module that runs has to write its entry again: it is gone, or an older one of its own came back with a backup.
 * An entry with another key is another's, and a newer one is that of an instance that started later: both stay.
 */
export function isEntryLost(own: ModuleInformation, found: ModuleInformation | null): boolean {
  if (found === null) return true;
  const counts = newerOf(found, own);
  return counts !== null && counts !== found;
}

function isSigned({ signature }: ModuleInformation): boolean {
  return signature !== undefined;
}
