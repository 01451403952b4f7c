import { asNode, childrenOf, walkTree, type Place, type TreeNode } from './walk-tree.ts';

/** Every name that the script declares anywhere: variables, functions, classes, parameters, catch bindings. */
export function declaredNames(tree: TreeNode): Set<string> {
  const names = new Set<string>();
  walkTree(tree, (node) => {
    if (node.type === 'VariableDeclarator') bindings(asNode(node['id']), names);
    if (node.type === 'CatchClause') bindings(asNode(node['param']), names);
    if (/^(Function|Class)(Declaration|Expression)$/.test(node.type)) bindings(asNode(node['id']), names);
    if (Array.isArray(node['params'])) for (const param of node['params']) bindings(asNode(param), names);
  });
  return names;
}

function bindings(pattern: TreeNode | undefined, names: Set<string>): void {
  if (!pattern) return;
  if (pattern.type === 'Identifier') names.add(String(pattern['name']));
  else if (pattern.type === 'Property') bindings(asNode(pattern['value']), names);
  else if (pattern.type === 'AssignmentPattern') bindings(asNode(pattern['left']), names);
  else for (const { child } of childrenOf(pattern)) bindings(child, names);
}

/** A name that the script uses without declaring it. */
export interface FreeName {
  name: string;
  node: TreeNode;
  /** Whether it is called: `name(…)`. */
  called: boolean;
}

/** Every use of a name that the script does not declare, including the language's own names. */
export function freeNames(tree: TreeNode): FreeName[] {
  const declared = declaredNames(tree);
  const free: FreeName[] = [];
  walkTree(tree, (node, place) => {
    if (node.type !== 'Identifier' || !isReference(node, place)) return;
    const name = String(node['name']);
    if (declared.has(name)) return;
    free.push({ name, node, called: place.parent?.type === 'CallExpression' && place.key === 'callee' });
  });
  return free;
}

function isReference(node: TreeNode, { parent, key }: Place): boolean {
  if (!parent) return true;
  if (parent.type === 'MemberExpression' && key === 'property') return parent['computed'] === true;
  if (key === 'key')
    return parent['computed'] === true || (parent['shorthand'] === true && parent['value'] === node);
  if (/^(LabeledStatement|BreakStatement|ContinueStatement)$/.test(parent.type) && key === 'label')
    return false;
  return parent.type !== 'MetaProperty';
}
