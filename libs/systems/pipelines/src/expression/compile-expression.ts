import type { ASTNode } from '@marcbachmann/cel-js';
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { setOwn } from '@nestjs-spark/foundation/internal';
import { isKey, isUnreadable, KEY_RULE, KEY_TYPES, oneKey, readable, twice } from './cel-map.ts';
import { environment, fieldOf, rewritten } from './environment.ts';
import { explainCondition, explainFailure, type Given } from './explain-failure.ts';
import { explainRefusal } from './explain-refusal.ts';
import { childrenOf, MACROS, nodesOf, writeExpression } from './write-expression.ts';

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

const CONDITION_TYPES: ReadonlySet<string> = new Set(['bool', 'dyn']);

/**
 * Checks an expression and makes a function of it. A field that is missing is null, also below one that is missing.
 * @throws {ExpressionRefusedError}
 */
export function compileExpression(text: string): Evaluate {
  const run = compile(text);
  const path = pathOf(run.ast);
  if (path) return (fields, meta) => valueAt(path, fields, meta);
  return (fields, meta) => run(givenOf(run, fields, meta));
}

/**
 * The same for an expression that is true or false. One that is neither has no value.
 * @throws {ExpressionRefusedError}
 */
export function compileCondition(text: string): (fields: Fields, meta: Fields) => boolean {
  const run = compile(text);
  if (!CONDITION_TYPES.has(run.type))
    throw new ExpressionRefusedError(`a condition is true or false; this one is of the type ${run.type}`, 0);
  return (fields, meta) => {
    const given = givenOf(run, fields, meta);
    const value = run(given);
    if (typeof value !== 'boolean') throw new NoValueError(explainCondition(run.ast, value, given));
    return value;
  };
}

type Compiled = ((given: Given) => unknown) & { ast: ASTNode; type: string; names: readonly string[] };

function compile(text: string): Compiled {
  const { ast, type } = checked(text);
  const parsed = rewritten.parse(writeExpression(ast));
  const run = (given: Given): unknown => {
    try {
      return asJson(evaluated(parsed, given));
    } catch (error) {
      if (error instanceof NoValueError) throw error;
      throw new NoValueError(explainFailure(error, { ast, carriedOut: parsed.ast }, given), { cause: error });
    }
  };
  const names = [...new Set([...nodesOf(ast)].flatMap((node) => (node.op === 'id' ? [node.args] : [])))];
  return Object.assign(run, { ast, type, names });
}

/** Few records have such a name in them: the others are not searched for it. */
function evaluated(parsed: (context: Fields) => unknown, { context }: Given): unknown {
  try {
    return parsed(context);
  } catch (error) {
    const values = Object.entries(context);
    if (!values.some(([, value]) => isUnreadable(value))) throw error;
    return parsed(Object.fromEntries(values.map(([name, value]) => [name, readable(value)])));
  }
}

function givenOf({ names }: Compiled, fields: Fields, meta: Fields): Given {
  const context: Record<string, unknown> = {};
  for (const name of names) setOwn(context, name, variableOf(name, fields, meta));
  return { fields, context };
}

const variableOf = (name: string, fields: Fields, meta: Fields): unknown =>
  name === 'meta' ? meta : fieldOf(fields, name);

/** The names of an expression that is a field, perhaps below others: nothing has to be evaluated for it. Null: it is more. */
function pathOf({ op, args }: ASTNode): readonly string[] | null {
  if (op === 'id') return [args];
  if (op !== '.') return null;
  const above = pathOf(args[0]);
  return above && [...above, args[1]];
}

function valueAt([first = '', ...below]: readonly string[], fields: Fields, meta: Fields): unknown {
  let value = variableOf(first, fields, meta);
  for (const name of below) value = fieldOf(value, name);
  return value;
}

function checked(text: string): { ast: ASTNode; type: string } {
  const parsed = parsedOf(text);
  refuseCostly(parsed.ast, false);
  const { valid, type, error } = parsed.check();
  if (!valid) throw refusedAs(error, text);
  for (const node of nodesOf(parsed.ast)) if (node.op === 'map') refuseKeys(node.args);
  return { ast: parsed.ast, type: type ?? 'dyn' };
}

function parsedOf(text: string): ReturnType<typeof environment.parse> {
  try {
    return environment.parse(text);
  } catch (error) {
    throw refusedAs(error, text);
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

/** What can be seen of the keys of a map before there is a record. */
function refuseKeys(entries: readonly (readonly [ASTNode, ASTNode])[]): void {
  const seen = new Set<unknown>();
  for (const [node] of entries) {
    const parsed = rewritten.parse(writeExpression(node));
    const { type = 'dyn' } = parsed.check();
    if (!KEY_TYPES.has(type)) throw new ExpressionRefusedError(`${KEY_RULE}, not ${type}`, node.start);
    const key = node.op === 'value' ? oneKey(parsed({})) : undefined;
    if (key === undefined) continue;
    if (!isKey(key)) throw new ExpressionRefusedError(`${KEY_RULE}, not ${String(key)}`, node.start);
    if (seen.has(key)) throw new ExpressionRefusedError(twice(key), node.start);
    seen.add(key);
  }
}

function refusedAs(error: unknown, text: string): ExpressionRefusedError {
  const { message, offset } = explainRefusal(error, text);
  return new ExpressionRefusedError(message, offset);
}

/** CEL's own values as JSON has them. */
function asJson(value: unknown): unknown {
  if (value instanceof UnsignedInt) return asJson(value.valueOf());
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new NoValueError(
      `The result is ${value}, which JSON does not have: it divides by zero, or is too large`,
    );
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(asJson);
  if (value instanceof Date) return value.toISOString();
  const isPlain = value instanceof Map || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) throw new NoValueError(`The result is a ${value.constructor.name}, which JSON does not have`);
  const entries: [unknown, unknown][] = value instanceof Map ? [...value] : Object.entries(value);
  const fields = new Map(entries.map(([key, of]) => [String(key), asJson(of)]));
  if (fields.size < entries.length)
    throw new NoValueError('Two keys of the map are the same name in JSON, such as 1 and "1"');
  return Object.fromEntries(fields);
}
