import type { PatchedFields } from '../json/patch-document.ts';
import type { ScriptInspection } from '../types.ts';
import { findFields } from '../validate/find-fields.ts';
import { freeNames } from '../validate/find-names.ts';
import { findPatch } from '../validate/find-patch.ts';
import { leavesDocumentsAlone } from '../validate/find-writes.ts';
import type { TreeNode } from '../validate/walk-tree.ts';
import type { Insertion } from './edit-text.ts';
import { pickLoads, type PickedLoads } from './pick-loads.ts';

/** What has to be passed into the sandbox, and what has to come out of it. */
export interface RunPlan {
  /** Fields to pass in; null: the whole document. */
  fields: string[] | null;
  /** The script never changes a document, so one that it loads unchanged is sent as stored. */
  leavesAlone: boolean;
  /** Only the computed parts of these loads come out. */
  picked: PickedLoads | null;
  /** Only the fields that may have changed come out of a document that is itself loaded. */
  patch: PatchedFields | null;
  opening: Insertion[];
  closing: Insertion[];
}

const OWN_NAMES = '$etl_';

/**
 * Decides by static analysis. Whatever is not perfectly certain is passed in and out as a whole; the result is the same either
 * way.
 * @param mayShorten false when more than the document's fields comes out (attachments and the like)
 */
export function planRun(
  script: string,
  tree: TreeNode | null,
  { targets, fields, usesDynamicCode }: ScriptInspection,
  mayShorten: boolean,
): RunPlan {
  const leavesAlone = tree !== null && leavesDocumentsAlone(tree);
  const plan: RunPlan = { fields, leavesAlone, picked: null, patch: null, opening: [], closing: [] };
  const isReadable = !usesDynamicCode && !script.includes(OWN_NAMES);
  if (!tree || !isReadable || freeNames(tree).some(({ name }) => name === 'arguments')) return plan;
  const loaders = ['loadTo', ...targets.map((target) => `loadTo${target}`)];
  if (!mayShorten) return { ...plan, fields: leavesAlone ? (fields ?? findFields(tree, loaders)) : fields };
  if (!leavesAlone) {
    const named = findFields(tree, loaders);
    const patch = named && findPatch(tree, named);
    return patch ? { ...plan, fields: patch.named, patch } : plan;
  }
  const { opening, closing, skipped, ...picked } = pickLoads(script, tree, targets);
  const read = findFields(tree, loaders, skipped);
  if (!read || picked.loads.length === 0) return { ...plan, fields: read };
  return { ...plan, fields: read, picked, opening, closing };
}
