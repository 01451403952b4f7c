import type { PatchedFields } from '../json/patch-document.ts';
import { writtenBy } from './find-writes.ts';
import { asNode, staticKey, walkTree, type TreeNode } from './walk-tree.ts';

/**
 * What can change in the document, for a script that names all the fields it touches (`fields`, from `findFields`): the document
 * only occurs in `this.name` and as a load, so whatever the script does only affects these fields. Null when a name has a special
 * meaning in JavaScript.
 */
export function findPatch(tree: TreeNode, fields: readonly string[]): PatchedFields | null {
  if (fields.some((name) => name in Object.prototype)) return null;
  const written = new Set<string>();
  walkTree(tree, (node) => {
    for (const target of writtenBy(node)) {
      const member = target.type === 'ChainExpression' ? asNode(target['expression']) : target;
      if (!member || asNode(member['object'])?.type !== 'ThisExpression') continue;
      const name = staticKey(member, 'property');
      if (name !== undefined) written.add(name);
    }
  });
  return { named: [...fields], written: fields.filter((name) => written.has(name)) };
}
