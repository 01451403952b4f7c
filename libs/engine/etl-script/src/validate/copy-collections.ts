import { findTargets } from './find-targets.ts';

/**
 * The collections that a script's copies can be in: those that it loads to, and its own. Null for a script that mentions
 * `@collection`: it may name any collection at run time.
 */
export function copyCollections(collection: string, script: string): string[] | null {
  if (script.includes('@collection')) return null;
  return [...new Set([collection, ...findTargets(script)])];
}
