import type { FreeName } from './find-names.ts';
import { asNode, childrenOf, staticKey, walkTree, type TreeNode } from './walk-tree.ts';

const CODE_FROM_TEXT = new Set(['eval', 'Function', 'globalThis', 'Reflect']);
const REACHES_CONSTRUCTORS = new Set(['constructor', '__proto__', 'getPrototypeOf']);

/**
 * Whether code may come from anywhere but the text: `eval`, `Function`, the global object as a value, or a way to a function's
 * constructor. Such a script cannot be judged statically.
 */
export function usesDynamicCode(tree: TreeNode, free: readonly FreeName[]): boolean {
  if (free.some(({ name }) => CODE_FROM_TEXT.has(name))) return true;
  let found = false;
  walkTree(tree, (node) => {
    if (node.type === 'WithStatement') found = true;
    if (node.type !== 'MemberExpression') return;
    if (REACHES_CONSTRUCTORS.has(staticKey(node, 'property') ?? '')) found = true;
  });
  return found;
}

/**
 * Whether the script accesses a property by a computed name, or uses a function's own `this`, which is the global object when the
 * function is called by its bare name.
 */
export function usesComputedNames(tree: TreeNode): boolean {
  let found = false;
  walkTree(tree, (node) => {
    const key = node.type === 'MemberExpression' ? 'property' : 'key';
    if (node['computed'] === true && staticKey(node, key) === undefined && !isNumber(asNode(node[key])))
      found = true;
    if (/^Function(?:Expression|Declaration)$/.test(node.type) && usesOwnThis(node)) found = true;
  });
  return found;
}

function usesOwnThis(within: TreeNode): boolean {
  return [...childrenOf(within)].some(
    ({ child }) =>
      child.type === 'ThisExpression' ||
      (!/^Function(?:Expression|Declaration)$/.test(child.type) && usesOwnThis(child)),
  );
}

function isNumber(key: TreeNode | undefined): boolean {
  return key?.type === 'Literal' && typeof key['value'] === 'number';
}

/** Whether the script may call `load`. */
export function usesLoad(free: readonly FreeName[]): boolean {
  return free.some(({ name }) => name === 'load' || name === 'loadPath');
}

// Objects with getters, hidden properties or traps need each property inspected; all others are serialized as they are.
const CUSTOM_OBJECTS =
  /\b(get|set|static|defineProperty|defineProperties|create|freeze|Proxy|Reflect|eval|Function|constructor|__\w+__)\b/;

/** Whether objects of this script may have properties that are more than plain values. */
export function makesCustomObjects(script: string): boolean {
  return CUSTOM_OBJECTS.test(script);
}

/** Whether the script can read the clock. */
export function readsClock(script: string, dynamicCode: boolean): boolean {
  return dynamicCode || /\bDate\b/.test(script);
}
