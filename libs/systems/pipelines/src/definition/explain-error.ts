import type { ErrorObject } from 'ajv';
import { cut, meaning, shown } from '../explain/show.ts';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

/** Explains an error of JSON Schema validation: what is expected, and what is there. The name of the value precedes it. */
export function explain({ keyword, params, data, parentSchema = {} }: ErrorObject): string {
  const { limit } = params as { limit?: number };
  switch (keyword) {
    case 'type':
      return `must be ${typeOf(params['type'])}${example(params['type'], data)}, not ${shown(data)}`;
    case 'enum':
      return oneOf(params['allowedValues'], data);
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}, not ${shown(data)}`;
    case 'required':
    case 'dependentRequired':
    case 'dependencies':
      return `lacks ${JSON.stringify(params['missingProperty'])}`;
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return `has the unknown field ${JSON.stringify(params['additionalProperty'] ?? params['unevaluatedProperty'])}`;
    case 'propertyNames':
      return `has a field of a name that is not allowed: ${JSON.stringify(params['propertyName'])}`;
    case 'minimum':
      return `must be at least ${limit}, not ${String(data)}`;
    case 'maximum':
      return `must be at most ${limit}, not ${String(data)}`;
    case 'exclusiveMinimum':
      return `must be more than ${limit}, not ${String(data)}`;
    case 'exclusiveMaximum':
      return `must be less than ${limit}, not ${String(data)}`;
    case 'multipleOf':
      return `must be a multiple of ${params['multipleOf']}, not ${String(data)}`;
    case 'minLength':
      return limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have at most ${limit} characters, and has ${String(data).length}`;
    case 'minItems':
    case 'minProperties':
      return `must have at least ${limit} ${limit === 1 ? 'entry' : 'entries'}`;
    case 'maxItems':
    case 'unevaluatedItems':
    case 'maxProperties':
      return `must have at most ${limit} entries`;
    case 'uniqueItems':
      return `has ${shown((data as unknown[])[Number(params['j'])])} twice`;
    case 'pattern':
      return `must be ${(parentSchema as { description?: string }).description ?? `as ${params['pattern']} asks`}, not ${shown(data)}`;
    case 'format':
      return `must be of the format ${params['format']}, not ${shown(data)}`;
    case 'contains':
      return containing(params as { minContains?: number; maxContains?: number });
    case 'oneOf':
      return params['passingSchemas']
        ? 'must match one alternative of "oneOf", and matches more than one'
        : 'must match one alternative of "oneOf", and matches none';
    case 'anyOf':
      return 'must match an alternative of "anyOf", and matches none';
    default:
      return `is not what ${JSON.stringify(keyword)} of the schema asks for`;
  }
}

function oneOf(allowed: unknown, data: unknown): string {
  const values: readonly unknown[] = Array.isArray(allowed) ? allowed : [];
  return `must be one of ${values.map(String).join(', ')}, not ${shown(data)}${meaning(data, values)}`;
}

function containing({
  minContains = 1,
  maxContains,
}: {
  minContains?: number;
  maxContains?: number;
}): string {
  const most = maxContains === undefined ? '' : `, and at most ${maxContains}`;
  return `must have at least ${minContains} ${minContains === 1 ? 'item' : 'items'}${most} as "contains" asks`;
}

/** A single item is often written without the list around it. */
function example(type: unknown, data: unknown): string {
  return type === 'array' && typeof data === 'string' ? ` such as [${cut(data)}]` : '';
}

function typeOf(types: unknown): string {
  return [types]
    .flat()
    .map((type) => TYPES[String(type)] ?? String(type))
    .join(' or ');
}

/** The segments of an AJV JSON pointer. */
export function stepsOf(instancePath: string): (string | number)[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}
