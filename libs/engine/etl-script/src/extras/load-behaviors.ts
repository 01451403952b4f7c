import type { ExtrasUse } from './types.ts';

/** The functions that a script asks whether a counter or a time series goes along. */
export function loadBehaviors(use: ExtrasUse | null): string[] {
  return [use?.counterBehavior, use?.timeSeriesBehavior].filter((name) => typeof name === 'string');
}
