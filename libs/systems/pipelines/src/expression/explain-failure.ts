import type { ASTNode } from '@marcbachmann/cel-js';
import { shown } from '../explain/show.ts';
import { environment } from './environment.ts';
import { childrenOf, MACROS, nodesOf, writeExpression } from './write-expression.ts';

const LONGEST_TEXT = 80;

type Values = Readonly<Record<string, unknown>>;

/** The input of an evaluation. */
export interface Given {
  /** The record. */
  fields: Values;
  /** The variables of the expression; fields that the record does not have are null. */
  context: Values;
}

/** An expression as its author wrote it, and in the form that is evaluated. */
export interface Carried {
  ast: ASTNode;
  carriedOut: ASTNode;
}

/** The fields of a CEL error. */
interface CelFailure {
  code?: string;
  summary?: string;
  node?: ASTNode;
}

/** Explains why an expression failed: which part of it, and with which operands. */
export function explainFailure(error: unknown, { ast, carriedOut }: Carried, given: Given): string {
  const { code = '', summary = firstLine(error), node } = error as CelFailure;
  const origin = node && originOf(node, carriedOut, ast);
  if (!origin) return `${textOf(ast)} has no value: ${plain(summary)}`;
  const part = textOf(origin);
  const inMacros = macroVariables(ast);
  const told = (nodes: readonly ASTNode[]) =>
    nodes.flatMap((one) => describeOperand(one, given, inMacros) ?? []).join(', and ');
  switch (code) {
    case 'division_by_zero':
    case 'modulo_by_zero':
      return [`${part} divides by zero`, told(childrenOf(origin).slice(1))].filter(Boolean).join(': ');
    case 'index_out_of_bounds':
      return `${part} is out of range: ${told(childrenOf(origin))} (items are counted from 0)`;
    case 'numeric_overflow':
      return `${part} is too large for a whole number`;
    case 'invalid_logical_operand':
    case 'invalid_condition_type':
      return `${part} must be true or false: ${told([origin]) || plain(summary)}`;
    case 'invalid_comprehension_range':
      return `${part} must be a list: ${told([origin]) || plain(summary)}`;
    case 'no_such_key': {
      const [around] = childrenOf(origin);
      const value = around && valueOf(around, given);
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      if (around && isObject) return `${part} has no value: ${textOf(around)} has no such field`;
    }
  }
  const operands = told(childrenOf(origin));
  const isAbsent = / is (?:missing|null)(?:,|$)/.test(operands);
  const rule = isAbsent || code !== 'no_such_overload' ? '' : ` (${plain(summary)})`;
  return `${part} has no value: ${operands ? operands + rule : plain(summary)}`;
}

/** Describes a value that should have been true or false. */
export function explainCondition(ast: ASTNode, value: unknown, given: Given): string {
  const is = describeOperand(ast, given, new Set()) ?? `${textOf(ast)} is ${shown(value)}`;
  return `The condition must be true or false, and ${is}`;
}

/** The part of the author's expression that this evaluated node comes from. */
function originOf(node: ASTNode, carriedOut: ASTNode, ast: ASTNode): ASTNode | null {
  if (node === carriedOut) return ast;
  const originals = childrenOf(fieldOfHas(ast) ?? ast);
  const [listed] = childrenOf(carriedOut);
  const children = ast.op === 'map' && listed ? childrenOf(listed) : childrenOf(carriedOut);
  for (const [at, child] of children.entries()) {
    const original = originals[at];
    const found = original && originOf(node, child, original);
    if (found) return found;
  }
  return null;
}

/** `has(a.b)` is evaluated as one call on `a`. */
function fieldOfHas(node: ASTNode): ASTNode | null {
  if (node.op !== 'call' || node.args[0] !== 'has') return null;
  return node.args[1][0] ?? null;
}

/** Null for a literal, and for a node without a value. */
function describeOperand(node: ASTNode, given: Given, inMacros: ReadonlySet<string>): string | null {
  const names = [...nodesOf(node)].flatMap((one) => (one.op === 'id' ? [one.args] : []));
  const isKnown = names.length > 0 && !names.some((name) => inMacros.has(name));
  const value = isKnown ? valueOf(node, given) : undefined;
  if (value === undefined) return null;
  const is = value === null && isMissing(node, given) ? 'missing' : shown(value);
  return `${textOf(node)} is ${is}`;
}

/** Such as `t` in `tags.all(t, t > 1)`: their values are lost once the macro has failed. */
function macroVariables(ast: ASTNode): ReadonlySet<string> {
  const variables = [...nodesOf(ast)].flatMap((node) => {
    const [first] = node.op === 'rcall' && MACROS.has(node.args[0]) ? node.args[2] : [];
    return first?.op === 'id' ? [first.args] : [];
  });
  return new Set(variables);
}

type Part = ReturnType<typeof environment.parse>;
const parts = new WeakMap<ASTNode, Part>();

/** Undefined if it has no value. */
function valueOf(node: ASTNode, { context }: Given): unknown {
  try {
    const part = parts.get(node) ?? environment.parse(writeExpression(node));
    parts.set(node, part);
    return part(context);
  } catch {
    return undefined;
  }
}

function isMissing(node: ASTNode, given: Given): boolean {
  if (node.op === 'id') return !Object.hasOwn(given.fields, node.args) && node.args !== 'meta';
  if (node.op !== '.') return false;
  const around = valueOf(node.args[0], given);
  return typeof around !== 'object' || around === null || !Object.hasOwn(around, node.args[1]);
}

function textOf({ input, start, end }: ASTNode): string {
  const text = input.slice(start, end);
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}

/** CEL's own message, for operands that cannot be evaluated: `string > int is not defined`. */
function plain(summary: string): string {
  const overload = /^no such overload: (.*)$/.exec(summary)?.[1];
  return overload === undefined ? summary : `${overload.replaceAll(/dyn<(\w+)>/g, '$1')} is not defined`;
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
