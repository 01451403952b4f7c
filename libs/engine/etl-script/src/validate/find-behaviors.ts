import { isSameCollection } from '../names/id-prefix.ts';
import { asNode, type TreeNode } from './walk-tree.ts';

/** The function called for every deletion that no specific one covers. */
const GENERIC_DELETE_BEHAVIOR = 'deleteDocumentsBehavior';
const SPECIFIC = /^deleteDocumentsOf(\w+)Behavior$/;

/** The delete behaviours defined at the top level of a script; defining one twice is a syntax error. */
export function findDeleteBehaviors(tree: TreeNode): string[] {
  return topLevel(tree).flatMap((item) => {
    const name = item.type === 'FunctionDeclaration' ? String(asNode(item['id'])?.['name'] ?? '') : '';
    return name === GENERIC_DELETE_BEHAVIOR || SPECIFIC.test(name) ? [name] : [];
  });
}

/** The behaviour to call for a document of a collection: the specific one, or else the generic one. */
export function behaviorFor(names: readonly string[], collection: string): string | undefined {
  const specific = names.find((name) => isSameCollection(SPECIFIC.exec(name)?.[1] ?? '', collection));
  return specific ?? names.find((name) => name === GENERIC_DELETE_BEHAVIOR);
}

/** The statements at a script's top level. */
export function topLevel(tree: TreeNode): TreeNode[] {
  return (Array.isArray(tree['body']) ? tree['body'] : []).flatMap((item) => asNode(item) ?? []);
}
