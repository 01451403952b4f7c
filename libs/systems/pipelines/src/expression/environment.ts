import { Environment, type UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import { mapOf } from './cel-map.ts';

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

/** A field of an object or a map; null where it is missing. */
export function fieldOf(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.get(name) ?? null;
  const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isThere ? ((value as Record<string, unknown>)[name] ?? null) : null;
}

/** Reads what an author wrote. */
export const environment = makeEnvironment(AUTHORS);
/** Reads an author's expression once `writeExpression` has written it again. */
export const rewritten = makeEnvironment(REWRITTEN);
