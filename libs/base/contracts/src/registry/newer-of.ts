import type { ModuleInformation } from './module-information.ts';

/**
 * Which of two entries of one module counts: a signed entry beats an unsigned one, which anyone may have written; then the later
 * one wins, since it knows where the module is now; the first when neither is later. Null when their keys differ: they may be two
 * modules, and time does not say which one is right.
 */
export function newerOf(first: ModuleInformation, second: ModuleInformation): ModuleInformation | null {
  if (first.publicKey?.x !== second.publicKey?.x) return null;
  if (isSigned(first) !== isSigned(second)) return isSigned(first) ? first : second;
  return Date.parse(second.registeredAtUtc) > Date.parse(first.registeredAtUtc) ? second : first;
}

/**
 * Whether a running module has to write its entry again: it is gone, or a restored backup brought back an older one of its own.
 * An entry with another key belongs to another module, and a newer one to an instance that started later: both stay.
 */
export function isEntryLost(own: ModuleInformation, found: ModuleInformation | null): boolean {
  if (found === null) return true;
  const counts = newerOf(found, own);
  return counts !== null && counts !== found;
}

function isSigned({ signature }: ModuleInformation): boolean {
  return signature !== undefined;
}
