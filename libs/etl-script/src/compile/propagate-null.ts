import { declaredNames } from '../validate/find-names.ts';
import { LANGUAGE_NAMES } from '../validate/language.ts';
import { writtenBy } from '../validate/find-writes.ts';
import { asNode, walkTree, type TreeNode } from '../validate/walk-tree.ts';
import type { Insertion } from './edit-text.ts';

/** Names that the rewritten text uses; the guest provides the two functions, the wrapper the variable. */
export const BASE = '$etl_base';
const NOTHING_TO_READ = '$etl_read';
const NOTHING_TO_CALL = '$etl_call';

const NEVER_NULL =
  /^(ThisExpression|Super|Literal|TemplateLiteral|ArrayExpression|ObjectExpression|FunctionExpression|ArrowFunctionExpression|ClassExpression|NewExpression|MetaProperty)$/;
const STATEMENT_LISTS = new Set(['Program', 'BlockStatement', 'SwitchCase', 'StaticBlock']);

/**
 * RavenDB's scripts read through null: `this.Address.City` is null when there is no Address, and so is
 * `load(missing).Name`. JavaScript throws there, so every base that may be null gets a stand-in.
 */
export function propagateNull(tree: TreeNode): Insertion[] {
  const declared = declaredNames(tree);
  const written = new Set<TreeNode>();
  const insertions: Insertion[] = [];
  walkTree(tree, (node, { parent, key }) => {
    // There null must fail, as it does in RavenDB.
    for (const target of writtenBy(node)) written.add(target);
    if (
      node.type === 'ExpressionStatement' &&
      STATEMENT_LISTS.has(parent?.type ?? '') &&
      !isDirective(node)
    ) {
      // An added parenthesis must not turn the line before, left without a semicolon, into a call.
      insertions.push({ at: node.start, text: ';' });
    }
    const base = written.has(node) ? undefined : baseThatMayBeNull(node, declared);
    if (!base) return;
    const called = parent?.type === 'CallExpression' && key === 'callee';
    insertions.push({ at: base.start, text: `((${BASE}=(` });
    insertions.push({ at: base.end, text: `))??${called ? NOTHING_TO_CALL : NOTHING_TO_READ}(${BASE}))` });
  });
  return insertions;
}

function isDirective(node: TreeNode): boolean {
  return node['directive'] !== undefined;
}

function baseThatMayBeNull(node: TreeNode, declared: Set<string>): TreeNode | undefined {
  if (node.type !== 'MemberExpression' || node['optional'] === true) return undefined;
  const base = asNode(node['object']);
  if (!base || NEVER_NULL.test(base.type) || asNode(node['property'])?.type === 'PrivateIdentifier')
    return undefined;
  if (base.type !== 'Identifier') return base;
  const name = String(base['name']);
  return LANGUAGE_NAMES.has(name) && name !== 'undefined' && !declared.has(name) ? undefined : base;
}
