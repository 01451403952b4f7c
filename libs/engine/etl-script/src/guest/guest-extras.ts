import { isSameCollection } from '../names/id-prefix.ts';
import type { CompiledScript } from '../compile/compile-script.ts';
import { loadBehaviors } from '../extras/load-behaviors.ts';
import type { ExtrasUse, ScriptFollow } from '../extras/types.ts';

/** What the program in the sandbox needs to know; the indexes of these behaviours follow those of the delete behaviours. */
export function guestExtras({ targets, collection, deleteBehaviors }: CompiledScript, use: ExtrasUse) {
  const names = loadBehaviors(use);
  const place = (name: string | null): number =>
    name === null ? -1 : deleteBehaviors.length + names.indexOf(name);
  return {
    ownTargets: targets.flatMap((target, number) => (isSameCollection(target, collection) ? [number] : [])),
    counterBehavior: place(use.counterBehavior),
    timeSeriesBehavior: place(use.timeSeriesBehavior),
    timeSeriesName: use.timeSeriesBehavior,
  };
}

/**
 * An increment or an append changes no document. Documents that pass through unchanged carry it along; a script has to request it
 * with a behaviour. What a script adds itself is sent when the document changes.
 */
export function followOf({ passesThrough, extras }: CompiledScript): ScriptFollow | undefined {
  const counters = passesThrough || (extras?.counterBehavior ?? null) !== null;
  const timeSeries = passesThrough || (extras?.timeSeriesBehavior ?? null) !== null;
  return counters || timeSeries ? { counters, timeSeries } : undefined;
}
