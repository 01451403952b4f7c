import { Environment } from '@marcbachmann/cel-js';

const MOST_NODES = 500;
const DEEPEST = 32;

type Arithmetic = (left: number, right: number) => number;

/** JSON has one kind of number and CEL has two; a field is a double, and what is written without a point is an int. */
const MIXED: readonly (readonly [string, Arithmetic])[] = [
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right) => left / right],
  ['%', (left, right) => left % right],
];

function makeEnvironment(): Environment {
  const environment = new Environment({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: MOST_NODES, maxDepth: DEEPEST },
  });
  for (const [operator, apply] of MIXED) {
    const mixed = (left: number | bigint, right: number | bigint) => apply(Number(left), Number(right));
    environment.registerOperator(`double ${operator} int: double`, mixed);
    environment.registerOperator(`int ${operator} double: double`, mixed);
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
  return environment;
}

/** What a field below another one becomes, so that one that is missing is null. */
export const FIELD = 'sparkField';
export const HAS_FIELD = 'sparkHasField';

function fieldOf(value: unknown, name: string): unknown {
  if (value instanceof Map) return value.get(name) ?? null;
  const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isThere ? ((value as Record<string, unknown>)[name] ?? null) : null;
}

export const environment = makeEnvironment();
