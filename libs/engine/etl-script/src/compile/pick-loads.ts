import type { ProjectedLoad } from '../json/project.ts';
import { findLoadTemplate, type LoadTemplate } from '../validate/find-projection.ts';
import { asNode, childrenOf, type TreeNode } from '../validate/walk-tree.ts';
import type { Insertion } from './edit-text.ts';

/** The guest function that replaces a load whose picked values are filled in by the host. */
const PICK = '$etl_pick';

/** Loads of which the script only computes part; the host picks the rest from the document's text. */
export interface PickedLoads {
  fields: string[];
  loads: ProjectedLoad[];
}

interface LoadPicking extends PickedLoads {
  /** Go before and after other insertions at the same positions. */
  opening: Insertion[];
  closing: Insertion[];
  /** Parts of the tree that no longer run. */
  skipped: Set<TreeNode>;
}

/**
 * Turns `loadToX({ A: this.A, B: f() })` into `$etl_pick(0,[/*loadToX({ A: this.A, B: *\/(f()),/*})*\/])`: what is only picked
 * becomes a comment, so that lines and columns are preserved. Only for scripts that change no document.
 */
export function pickLoads(script: string, tree: TreeNode, targets: readonly string[]): LoadPicking {
  const fields = new Set<string>();
  const found: LoadPicking = { fields: [], loads: [], opening: [], closing: [], skipped: new Set() };
  for (const call of callsWithDocument(tree)) {
    if (script.slice(call.start, call.end).includes('*/')) continue;
    const template = findLoadTemplate(call, targets, fields);
    if (template) addLoad(found, call, template);
  }
  return { ...found, fields: [...fields] };
}

/** Calls in which `this` is the document, except those nested within another match. */
function* callsWithDocument(node: TreeNode): Generator<TreeNode> {
  for (const { child } of childrenOf(node)) {
    if (/^(Function|Class)/.test(child.type)) continue;
    if (child.type === 'CallExpression' && isLoad(child)) yield child;
    else yield* callsWithDocument(child);
  }
}

function isLoad(call: TreeNode): boolean {
  const callee = asNode(call['callee']);
  return callee?.type === 'Identifier' && String(callee['name']).startsWith('loadTo');
}

function addLoad(found: LoadPicking, call: TreeNode, { computed, picked, ...load }: LoadTemplate): void {
  found.opening.push({ at: call.start, text: `${PICK}(${found.loads.length},[/*` });
  for (const value of computed) {
    found.opening.push({ at: value.start, text: '*/(' });
    found.closing.push({ at: value.end, text: '),/*' });
  }
  found.closing.push({ at: call.end, text: '*/])' });
  for (const node of picked) found.skipped.add(node);
  found.loads.push(load);
}
