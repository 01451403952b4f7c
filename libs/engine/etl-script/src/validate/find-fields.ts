import { declaredNames } from './find-names.ts';
import { asNode, childrenOf, staticKey, type TreeNode } from './walk-tree.ts';

const READS_METADATA = new Set(['getMetadata', 'metadataFor', 'lastModified']);
const METADATA = '@metadata';

/**
 * The top-level fields of the document that a script can read, or null when `this` goes anywhere that a field list cannot follow
 * (passed on, spread, copied, called on, indexed by a computed name).
 * @param loaders functions that may be passed `this` without reading from it
 * @param skipped parts of the tree that do not run
 */
export function findFields(
  tree: TreeNode,
  loaders: readonly string[] = [],
  skipped: ReadonlySet<TreeNode> = new Set(),
): string[] | null {
  const declared = declaredNames(tree);
  if (['id', ...READS_METADATA, ...loaders].some((name) => declared.has(name))) return null;
  const fields = new FieldSet(loaders, skipped);
  return readsOnly(tree, fields) ? [...fields] : null;
}

class FieldSet extends Set<string> {
  readonly loaders: readonly string[];
  readonly skipped: ReadonlySet<TreeNode>;

  constructor(loaders: readonly string[], skipped: ReadonlySet<TreeNode>) {
    super();
    this.loaders = loaders;
    this.skipped = skipped;
  }
}

function readsOnly(node: TreeNode, fields: FieldSet): boolean {
  for (const { key, child } of childrenOf(node)) {
    if (fields.skipped.has(child)) continue;
    if (child.type === 'ThisExpression') {
      if (!isFieldRead(node, key, fields)) return false;
    } else if (hasOwnThis(child)) {
      continue;
    } else if (isClass(child)) {
      if (!outsideOfClass(child, fields)) return false;
    } else {
      if (callsOnDocument(child)) return false;
      if (!readsOnly(child, fields)) return false;
    }
  }
  return true;
}

function isFieldRead(parent: TreeNode, key: string, fields: FieldSet): boolean {
  if (parent.type === 'MemberExpression' && key === 'object') {
    const name = staticKey(parent, 'property');
    if (name === undefined) return false;
    fields.add(name);
    return true;
  }
  if (parent.type === 'VariableDeclarator' && key === 'init') return addPattern(asNode(parent['id']), fields);
  if (parent.type === 'CallExpression' && key === 'arguments')
    return isOwnFunction(asNode(parent['callee']), fields);
  return false;
}

/** `id(this)` reads no field, `getMetadata(this)` one. */
function isOwnFunction(callee: TreeNode | undefined, fields: FieldSet): boolean {
  if (callee?.type !== 'Identifier') return false;
  const name = String(callee['name']);
  if (READS_METADATA.has(name)) fields.add(METADATA);
  return name === 'id' || READS_METADATA.has(name) || fields.loaders.includes(name);
}

/** `const { A, B: b } = this`, without a rest or a computed name. */
function addPattern(pattern: TreeNode | undefined, fields: FieldSet): boolean {
  if (pattern?.type !== 'ObjectPattern') return false;
  for (const { child } of childrenOf(pattern)) {
    const name = child.type === 'Property' ? staticKey(child, 'key') : undefined;
    if (name === undefined) return false;
    fields.add(name);
  }
  return true;
}

/** `this.x()` and this.x`…` pass the whole document to what they call. */
function callsOnDocument(node: TreeNode): boolean {
  const callee = asNode(node.type === 'TaggedTemplateExpression' ? node['tag'] : node['callee']);
  return callee !== undefined && node.type !== 'NewExpression' && isThisMember(callee);
}

function isThisMember(node: TreeNode): boolean {
  if (node.type === 'ChainExpression' || node.type === 'ParenthesizedExpression') {
    const inner = asNode(node['expression']);
    return inner !== undefined && isThisMember(inner);
  }
  return node.type === 'MemberExpression' && asNode(node['object'])?.type === 'ThisExpression';
}

function hasOwnThis(node: TreeNode): boolean {
  return node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration';
}

function isClass(node: TreeNode): boolean {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

/** In a class only the parent and computed names see the document as `this`. */
function outsideOfClass(node: TreeNode, fields: FieldSet): boolean {
  const parts = [asNode(node['superClass'])];
  const body = asNode(node['body']);
  for (const { child } of body ? childrenOf(body) : []) {
    if (child['computed']) parts.push(asNode(child['key']));
  }
  return parts.every((part) => !part || (part.type !== 'ThisExpression' && readsOnly({ ...part }, fields)));
}
