import type { Node } from 'acorn';

/** Any node of the syntax tree, with its children accessible by name. */
export type TreeNode = Node & { [key: string]: unknown };

/** A child as acorn stores it, if it is a node. */
export function asNode(value: unknown): TreeNode | undefined {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
    ? (value as TreeNode)
    : undefined;
}

/** The direct child nodes, with the name of the property that holds them. */
export function* childrenOf(node: TreeNode): Generator<{ key: string; child: TreeNode }> {
  for (const key of Object.keys(node)) {
    const value = node[key];
    for (const item of Array.isArray(value) ? value : [value]) {
      const child = asNode(item);
      if (child) yield { key, child };
    }
  }
}

/** Where a node is: its ancestors, and the property that holds it. */
export interface Place {
  parent: TreeNode | undefined;
  key: string;
}

/** Visits every node, parents first. */
export function walkTree(root: TreeNode, visit: (node: TreeNode, place: Place) => void): void {
  const pending: { node: TreeNode; place: Place }[] = [{ node: root, place: { parent: undefined, key: '' } }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    visit(next.node, next.place);
    for (const { key, child } of childrenOf(next.node)) {
      pending.push({ node: child, place: { parent: next.node, key } });
    }
  }
}

/** A property name that is written out (`a.b`, `a['b']`), undefined when it is computed. */
export function staticKey(node: TreeNode, keyName: 'property' | 'key'): string | undefined {
  const key = asNode(node[keyName]);
  if (!key) return undefined;
  if (!node['computed']) return key.type === 'Identifier' ? String(key['name']) : literalKey(key);
  return literalKey(key);
}

function literalKey(key: TreeNode): string | undefined {
  return key.type === 'Literal' && typeof key['value'] === 'string' ? key['value'] : undefined;
}
