import type { ASTNode } from '@marcbachmann/cel-js';
import { FIELD, HAS_FIELD, MAP } from './environment.ts';

/** Calls that take a variable name and evaluate an expression for each item. */
export const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** Rewrites an expression: a map becomes a call that keeps all of its keys, and access to a nested field a call that may return null. */
export function writeExpression(node: ASTNode): string {
  const write = writeExpression;
  switch (node.op) {
    case 'value':
      return node.input.slice(node.start, node.end);
    case 'id':
      return node.args;
    case '.':
    case '.?':
      return `${FIELD}(${write(node.args[0])}, ${JSON.stringify(node.args[1])})`;
    case '[]':
    case '[?]':
      return `(${write(node.args[0])})[${write(node.args[1])}]`;
    case 'call':
      return writeCall(node.args[0], node.args[1]);
    case 'rcall':
      return `(${write(node.args[1])}).${node.args[0]}(${node.args[2].map(write).join(', ')})`;
    case 'list':
      return `[${node.args.map(write).join(', ')}]`;
    case 'map':
      return `${MAP}([${node.args.flat().map(write).join(', ')}])`;
    case '?:':
      return `((${write(node.args[0])}) ? (${write(node.args[1])}) : (${write(node.args[2])}))`;
    case '!_':
      return `(!(${write(node.args)}))`;
    case '-_':
      return `(-(${write(node.args)}))`;
    default:
      return `((${write(node.args[0])}) ${node.op} (${write(node.args[1])}))`;
  }
}

function writeCall(name: string, args: readonly ASTNode[]): string {
  const [first] = args;
  if (name === 'has' && first?.op === '.')
    return `${HAS_FIELD}(${writeExpression(first.args[0])}, ${JSON.stringify(first.args[1])})`;
  return `${name}(${args.map(writeExpression).join(', ')})`;
}

/** A node and all of its descendants. */
export function* nodesOf(node: ASTNode): Generator<ASTNode> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesOf(child);
}

/** The direct children of a node. */
export function childrenOf({ args }: ASTNode): ASTNode[] {
  return nodesAmong(args);
}

function nodesAmong(args: unknown): ASTNode[] {
  if (Array.isArray(args)) return args.flatMap(nodesAmong);
  return isNode(args) ? [args] : [];
}

function isNode(value: unknown): value is ASTNode {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
