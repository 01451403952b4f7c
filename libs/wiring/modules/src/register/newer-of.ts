import type { ModuleInformation } from '@nestjs-spark/contracts';

/**
 * Which of two entries of one module counts: the later one, which knows where the module is now; the first when neither
 * is later. Null when their keys differ: then they may be two modules, and time says nothing about who is right.
 */
export function newerOf(first: ModuleInformation, second: ModuleInformation): ModuleInformation | null {
  if (first.publicKey?.x !== second.publicKey?.x) return null;
  return Date.parse(second.registeredAtUtc) > Date.parse(first.registeredAtUtc) ? second : first;
}
