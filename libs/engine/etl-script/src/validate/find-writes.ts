import { freeNames } from './find-names.ts';
import { usesDynamicCode } from './find-hazards.ts';
import { LANGUAGE_NAMES } from './language.ts';
import { asNode, childrenOf, staticKey, walkTree, type TreeNode } from './walk-tree.ts';

const WRITES_LEFT = /^(AssignmentExpression|AssignmentPattern|ForInStatement|ForOfStatement)$/;
const MUTATORS = new Set(
  (
    'push pop shift unshift splice sort reverse fill copyWithin assign defineProperty defineProperties setPrototypeOf ' +
    '__defineGetter__ __defineSetter__ call apply bind'
  ).split(' '),
);

/** What a node writes to or deletes. */
export function writtenBy(node: TreeNode): TreeNode[] {
  const target = (key: string): TreeNode[] => [asNode(node[key]) ?? []].flat();
  if (WRITES_LEFT.test(node.type)) return target('left');
  if (node.type === 'UpdateExpression' || node.type === 'RestElement') return target('argument');
  if (node.type === 'UnaryExpression' && node['operator'] === 'delete') return target('argument');
  if (node.type === 'ArrayPattern') return [...childrenOf(node)].map(({ child }) => child);
  if (node.type === 'ObjectPattern')
    return [...childrenOf(node)].flatMap(({ child }) => asNode(child['value']) ?? []);
  return [];
}

/** Whether the script leaves every object unchanged that it did not create itself. May return false negatives. */
export function leavesDocumentsAlone(tree: TreeNode): boolean {
  const free = freeNames(tree);
  if (usesDynamicCode(tree, free)) return false;
  let harmless = true;
  walkTree(tree, (node, { parent, key }) => {
    if (mayWrite(node, parent, key)) harmless = false;
  });
  return harmless;
}

function mayWrite(node: TreeNode, parent: TreeNode | undefined, key: string): boolean {
  if (writtenBy(node).some(({ type }) => type === 'MemberExpression')) return true;
  if (node.type === 'Identifier')
    return MUTATORS.has(String(node['name'])) || isBuiltinAsValue(node, parent, key);
  if (node.type === 'Literal') return MUTATORS.has(String(node['value']));
  if (node.type === 'CallExpression') return isComputed(asNode(node['callee']));
  return false;
}

/** `Object[name]` or `const O = Object`: from there on it is unknown what is called. */
function isBuiltinAsValue(node: TreeNode, parent: TreeNode | undefined, key: string): boolean {
  if (!/^[A-Z]/.test(String(node['name'])) || !LANGUAGE_NAMES.has(String(node['name']))) return false;
  if (parent?.type === 'MemberExpression') return key === 'object' && isComputed(parent);
  return parent?.type !== 'NewExpression' && parent?.type !== 'CallExpression' && key !== 'key';
}

function isComputed(callee: TreeNode | undefined): boolean {
  if (callee?.type === 'MemberExpression') return staticKey(callee, 'property') === undefined;
  return (
    callee?.type !== 'Identifier' &&
    callee?.type !== 'ChainExpression' &&
    !/Function/.test(callee?.type ?? '')
  );
}
