import type { ScriptProblem } from '../types.ts';
import { topLevel } from './find-behaviors.ts';
import { placeOf } from './parse-script.ts';
import { asNode, type TreeNode } from './walk-tree.ts';
import { ADDS, COUNTER_BEHAVIOR, EXTRA_FUNCTIONS, TIME_SERIES_BEHAVIOR } from './extras-language.ts';
import type { ExtrasUse } from '../extras/types.ts';

const READS = new RegExp(`\\b(?:${EXTRA_FUNCTIONS.join('|')})\\b`);

/** How a script uses extras, found in its text as RavenDB does; null: not at all. */
export function findExtrasUse(script: string, tree: TreeNode, collection: string): ExtrasUse | null {
  const named = (pattern: RegExp): string | null =>
    behaviors(tree).find(({ name }) => pattern.exec(name)?.[1] === collection)?.name ?? null;
  const use: ExtrasUse = {
    adds: ADDS.test(script),
    counterBehavior: named(COUNTER_BEHAVIOR),
    timeSeriesBehavior: named(TIME_SERIES_BEHAVIOR),
  };
  const any = use.adds || use.counterBehavior !== null || use.timeSeriesBehavior !== null;
  return any || READS.test(script) ? use : null;
}

/** What prevents load behaviours from being deployed. As in RavenDB, the collection's name is case-sensitive here. */
export function problemsOfLoadBehaviors(
  tree: TreeNode,
  collection: string,
  targets: readonly string[],
): ScriptProblem[] {
  return behaviors(tree).flatMap(({ name, node, params }) => {
    const of = (COUNTER_BEHAVIOR.exec(name) ?? TIME_SERIES_BEHAVIOR.exec(name))?.[1] ?? '';
    const problem = (reason: string): ScriptProblem => ({ reason, ...placeOf(node) });
    if (of !== collection)
      return [problem(`${name} is for another collection than the script's own, ${collection}`)];
    if (!targets.includes(collection))
      return [problem(`${name} needs a load to ${collection} itself: loadTo${collection}(…)`)];
    if (TIME_SERIES_BEHAVIOR.test(name) && params > 2)
      return [problem(`${name} has ${params} parameters; it is called with (docId, timeSeriesName)`)];
    // RavenDB does not recognize such a function and silently sends no counters.
    if (COUNTER_BEHAVIOR.test(name) && params === 0)
      return [problem(`${name} has no parameters; it is called with (docId, counterName)`)];
    return [];
  });
}

function behaviors(tree: TreeNode): { name: string; node: TreeNode; params: number }[] {
  return topLevel(tree).flatMap((node) => {
    if (node.type !== 'FunctionDeclaration') return [];
    const name = String(asNode(node['id'])?.['name'] ?? '');
    if (!COUNTER_BEHAVIOR.test(name) && !TIME_SERIES_BEHAVIOR.test(name)) return [];
    return [{ name, node, params: Array.isArray(node['params']) ? node['params'].length : 0 }];
  });
}
