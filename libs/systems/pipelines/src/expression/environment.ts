import { Environment, type UnsignedInt } from '@marcbachmann/cel-js/evaluator';

/** Limits of an author's expression. */
const AUTHORS = { maxAstNodes: 500, maxDepth: 32 };
/** A rewritten expression has a call and brackets more around each part, so a flat chain becomes deep. */
const REWRITTEN = { maxAstNodes: 4 * AUTHORS.maxAstNodes, maxDepth: 4 * AUTHORS.maxAstNodes };

type CelNumber = number | bigint | UnsignedInt;
type Arithmetic = (left: number, right: number) => number;

/** JSON has one kind of number and CEL has three; a field is a double, and what is written without a point is an int, or a uint. */
const MIXED: readonly (readonly [string, Arithmetic])[] = [
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right) => left / right],
  ['%', (left, right) => left % right],
];

function makeEnvironment(limits: typeof AUTHORS): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    limits,
  });
  for (const [operator, apply] of MIXED) {
    const mixed = (left: CelNumber, right: CelNumber) => apply(Number(left), Number(right));
    for (const whole of ['int', 'uint']) {
      environment.registerOperator(`double ${operator} ${whole}: double`, mixed);
      environment.registerOperator(`${whole} ${operator} double: double`, mixed);
    }
  }
  environment.registerOperator('double % double: double', (left: number, right: number) => left % right);
  environment.registerOperator(
    'double == int: bool',
    (left: number, right: bigint) => left === Number(right),
  );
  environment.registerFunction(`${FIELD}(dyn, string): dyn`, fieldOf);
  environment.registerFunction(`${HAS_FIELD}(dyn, string): bool`, (value: unknown, name: string) => {
    return fieldOf(value, name) !== null;
  });
  environment.registerFunction(`${MAP}(list<dyn>): map`, mapOf);
  return environment;
}

/** What a field below another one becomes, so that one that is missing is null. */
export const FIELD = 'sparkField';
export const HAS_FIELD = 'sparkHasField';
/** What a map becomes that an author wrote: CEL's own leaves out some keys without a word. */
export const MAP = 'sparkMap';

function fieldOf(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.get(name) ?? null;
  const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isThere ? ((value as Record<string, unknown>)[name] ?? null) : null;
}

/** @param parts a key, its value, the next key, … */
function mapOf(parts: readonly unknown[]): unknown {
  const keys = parts.filter((_, at) => at % 2 === 0);
  return celMap(keys.map((key, at) => [String(key), parts[2 * at + 1]]));
}

/** CEL asks an object for its `constructor`, and knows nothing that has a field of this name; a `Map` it reads in any case. */
function celMap(entries: readonly (readonly [string, unknown])[]): unknown {
  return entries.some(([key]) => key === 'constructor') ? new Map(entries) : Object.fromEntries(entries);
}

/** Whether CEL refuses a value of JSON because of the name of a field in it. */
export function isUnreadable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, 'constructor') || Object.values(value).some(isUnreadable);
}

/** A value of JSON as CEL reads it, whatever the names of its fields. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return celMap(Object.entries(value).map(([key, of]) => [key, readable(of)]));
}

/** Reads what an author wrote. */
export const environment = makeEnvironment(AUTHORS);
/** Reads an author's expression once `writeExpression` has written it again. */
export const rewritten = makeEnvironment(REWRITTEN);
