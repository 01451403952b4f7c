import { findTargets } from './find-targets.ts';

/**
 * The collections in which copies of a script can be: those that it loads to, and its own. Null for a script that speaks of
 * `@collection`: it may name any collection while it runs.
 */
export function copyCollections(collection: string, script: string): string[] | null {
  if (script.includes('@collection')) return null;
  return [...new Set([collection, ...findTargets(script)])];
}
