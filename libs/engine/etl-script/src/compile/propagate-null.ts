import { declaredNames } from '../validate/find-names.ts';
import { LANGUAGE_NAMES } from '../validate/language.ts';
import { writtenBy } from '../validate/find-writes.ts';
import { asNode, walkTree, type TreeNode } from '../validate/walk-tree.ts';
import type { Insertion } from './edit-text.ts';

/** Names used by the rewritten text; the guest provides the functions, the wrapper the variable. */
export const BASE = '$etl_base';
const NOTHING_TO_READ = '$etl_read';
const NOTHING_TO_CALL = '$etl_call';
const NOTHING_FOLLOWS = '$etl_skip';
const EMPTY_LIST = '$etl_list';

const NEVER_NULL =
  /^(ThisExpression|Super|TemplateLiteral|ObjectExpression|FunctionExpression|ArrowFunctionExpression|ClassExpression|MetaProperty)$/;
const LIST_METHODS: ReadonlySet<string> = new Set(
  Object.getOwnPropertyNames(Array.prototype).filter((name) => name !== 'length'),
);
const STATEMENT_LISTS = new Set(['Program', 'BlockStatement', 'SwitchCase', 'StaticBlock']);

/**
 * RavenDB's scripts read through null: `this.Address.City` is null when there is no Address, and so is `load(missing).Name`.
 * JavaScript would throw, so every base that may be null gets a stand-in. Calling something that does not exist yields undefined,
 * on null and on an empty list too.
 */
export function propagateNull(tree: TreeNode): Insertion[] {
  const declared = declaredNames(tree);
  const written = new Set<TreeNode>();
  const inFunctions = new Set<TreeNode>();
  const insertions: Insertion[] = [];
  walkTree(tree, (node, { parent, key }) => {
    // Here null must fail, as in RavenDB.
    for (const target of writtenBy(node)) written.add(target);
    if (
      hasThisOfItsCall(node, key) ||
      (parent && inFunctions.has(parent) && !/^(Class|Function)/.test(node.type))
    )
      inFunctions.add(node);
    if (
      node.type === 'ExpressionStatement' &&
      STATEMENT_LISTS.has(parent?.type ?? '') &&
      !isDirective(node)
    ) {
      // The added parenthesis must not turn a preceding line without a semicolon into a call.
      insertions.push({ at: node.start, text: ';' });
    }
    if (node.type !== 'MemberExpression' || written.has(node)) return;
    const base = baseThatMayBeNothing(node, declared, inFunctions.has(node));
    if (!base) return;
    const isCalled = parent?.type === 'CallExpression' && key === 'callee';
    insertions.push({ at: base.start, text: `((${BASE}=(` });
    insertions.push({ at: base.end, text: `))${standIn(node, base, isCalled, parent)})` });
  });
  return insertions;
}

/** What follows the base that was just kept, in case there is nothing to read or call on it. */
function standIn(member: TreeNode, base: TreeNode, isCalled: boolean, parent: TreeNode | undefined): string {
  const before = placeOf(base);
  const places = `${BASE},${member.end}${before ? `,${before}` : ''}`;
  const call = callInItsPlace(member, isCalled, places, parent);
  const otherwise = call && `??${call}`;
  if (!isCalled || isListMethod(member)) return otherwise;
  return `?.length===0?${EMPTY_LIST}(${places}):${BASE}${otherwise}`;
}

function callInItsPlace(
  member: TreeNode,
  isCalled: boolean,
  places: string,
  parent: TreeNode | undefined,
): string {
  if (member['optional'] !== true) return `${isCalled ? NOTHING_TO_CALL : NOTHING_TO_READ}(${places})`;
  // At the end of an optional chain, JavaScript's own undefined is right.
  return parent?.type === 'ChainExpression' ? '' : `${NOTHING_FOLLOWS}(${member.end})`;
}

/** A member's end is unique; for a call, that of the member that it calls. */
function placeOf(node: TreeNode): number | undefined {
  const member = node.type === 'CallExpression' ? asNode(node['callee']) : node;
  return member?.type === 'MemberExpression' ? member.end : undefined;
}

function isListMethod(member: TreeNode): boolean {
  return member['computed'] !== true && LIST_METHODS.has(String(asNode(member['property'])?.['name']));
}

function isDirective(node: TreeNode): boolean {
  return node['directive'] !== undefined;
}

/** In such a function `this` is undefined when it is called by its bare name. */
function hasThisOfItsCall(node: TreeNode, key: string): boolean {
  return node.type === 'FunctionDeclaration' || (node.type === 'FunctionExpression' && key !== 'value');
}

function baseThatMayBeNothing(
  member: TreeNode,
  declared: Set<string>,
  isInFunction: boolean,
): TreeNode | undefined {
  const base = asNode(member['object']);
  if (base?.type === 'ThisExpression' && isInFunction) return base;
  if (!base || NEVER_NULL.test(base.type) || asNode(member['property'])?.type === 'PrivateIdentifier')
    return undefined;
  if (base.type !== 'Identifier') return base;
  const name = String(base['name']);
  return LANGUAGE_NAMES.has(name) && name !== 'undefined' && !declared.has(name) ? undefined : base;
}
