import type { ASTNode } from '@marcbachmann/cel-js';
import { environment } from './environment.ts';
import { childrenOf, nodesOf, writeExpression } from './write-expression.ts';

/** An expression that is not accepted; `offset` is where in its text. */
export class ExpressionRefusedError extends Error {
  override readonly name = 'ExpressionRefusedError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** An expression of which nothing came for this record: an operand is null, or of a type that the operator does not know. */
export class NoValueError extends Error {
  override readonly name = 'NoValueError';
}

/** The record and, as `meta`, where it comes from. */
export type Fields = Readonly<Record<string, unknown>>;
export type Evaluate = (fields: Fields, meta: Fields) => unknown;

const MACROS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const CONDITION_TYPES: ReadonlySet<string> = new Set(['bool', 'dyn']);

/**
 * Checks an expression and makes a function of it. A field that is missing is null, also below one that is missing.
 * @throws {ExpressionRefusedError}
 */
export function compileExpression(text: string): Evaluate {
  const { ast } = checked(text);
  const run = environment.parse(writeExpression(ast));
  const names = [...new Set([...nodesOf(ast)].flatMap((node) => (node.op === 'id' ? [node.args] : [])))];
  return (fields, meta) => {
    const context = Object.fromEntries(
      names.map((name) => [
        name,
        name === 'meta' ? meta : Object.hasOwn(fields, name) ? (fields[name] ?? null) : null,
      ]),
    );
    try {
      return asJson(run(context));
    } catch (error) {
      throw error instanceof NoValueError ? error : new NoValueError(firstLine(error), { cause: error });
    }
  };
}

/**
 * The same for an expression that is true or false. One that is neither has no value.
 * @throws {ExpressionRefusedError}
 */
export function compileCondition(text: string): (fields: Fields, meta: Fields) => boolean {
  const { type } = checked(text);
  if (!CONDITION_TYPES.has(type))
    throw new ExpressionRefusedError(`a condition is true or false; this one is of the type ${type}`, 0);
  const evaluate = compileExpression(text);
  return (fields, meta) => {
    const value = evaluate(fields, meta);
    if (typeof value !== 'boolean')
      throw new NoValueError(`the condition is neither true nor false: ${JSON.stringify(value)}`);
    return value;
  };
}

function checked(text: string): { ast: ASTNode; type: string } {
  const parsed = parsedOf(text);
  refuseCostly(parsed.ast, false);
  const { valid, type, error } = parsed.check();
  if (!valid) throw refusedAs(error);
  return { ast: parsed.ast, type: type ?? 'dyn' };
}

function parsedOf(text: string): ReturnType<typeof environment.parse> {
  try {
    return environment.parse(text);
  } catch (error) {
    throw refusedAs(error);
  }
}

/** A regular expression of JavaScript, or a macro in a macro, takes minutes for a record that was made for it. */
function refuseCostly(node: ASTNode, isInMacro: boolean): void {
  const name = node.op === 'rcall' || node.op === 'call' ? node.args[0] : null;
  if (name === 'matches')
    throw new ExpressionRefusedError(
      'matches() is not available: use startsWith(), endsWith() or contains()',
      node.start,
    );
  const isMacro = node.op === 'rcall' && MACROS.has(node.args[0]);
  if (isMacro && isInMacro)
    throw new ExpressionRefusedError(`${name}() is inside another such call: do not nest them`, node.start);
  for (const child of childrenOf(node)) refuseCostly(child, isInMacro || isMacro);
}

function refusedAs(error: unknown): ExpressionRefusedError {
  const { range, summary } = error as { range?: { start: number }; summary?: string };
  return new ExpressionRefusedError(summary ?? firstLine(error), range?.start ?? 0);
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

/** CEL's own values as JSON has them. */
function asJson(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(asJson);
  if (value instanceof Date) return value.toISOString();
  const isPlain = value instanceof Map || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) throw new NoValueError(`the result is a ${value.constructor.name}, which JSON does not have`);
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(entries.map(([key, of]) => [String(key), asJson(of)]));
}
