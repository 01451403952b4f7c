import type { ExtrasUse } from './types.ts';

/** The functions of a script that decide whether a counter or a time series is sent too. */
export function loadBehaviors(use: ExtrasUse | null): string[] {
  return [use?.counterBehavior, use?.timeSeriesBehavior].filter((name) => typeof name === 'string');
}
