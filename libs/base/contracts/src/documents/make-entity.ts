import { fieldShape, isComputed, keepsDigits } from './declared-fields.ts';
import { ExactNumber, parseExactly } from './exact-number.ts';
import type { FieldShape } from './field-types.ts';
import { parsePointInTime } from './points-in-time.ts';

/** Parses a store's JSON for entities of a class, keeping every digit where the class does. */
export function parseStored(text: string, prototype: object): unknown {
  return keepsDigits(prototype) ? parseExactly(text) : JSON.parse(text);
}

/**
 * Makes an entity of a class from a document's fields, which already have their names in TypeScript. Values become what the class
 * declares; one that does not fit stays as it is in the document, so that one bad document does not fail a whole page. Names that
 * the class defines itself (a method, `get label()`) are not taken from documents. No name can reach the prototype.
 */
export function makeEntity(prototype: object, fields: object, id: string): object {
  const entity = makeObject(prototype, fields);
  define(entity, 'id', id);
  return entity;
}

function makeObject(prototype: object, fields: object): object {
  const made = Object.create(prototype) as object;
  for (const [name, value] of Object.entries(fields)) {
    if (!isComputed(prototype, name)) define(made, name, read(value, fieldShape(prototype, name)));
  }
  return made;
}

function read(value: unknown, shape: FieldShape): unknown {
  switch (shape.kind) {
    case 'date':
      return typeof value === 'string' ? (toDate(value) ?? value) : asStored(value);
    case 'bigint':
      return toBigInt(value) ?? asStored(value);
    case 'decimal':
      return value instanceof ExactNumber
        ? value.digits
        : typeof value === 'number'
          ? String(value)
          : asStored(value);
    case 'object':
      return isObject(value) ? makeObject(shape.prototype, value) : asStored(value);
    case 'list':
      return Array.isArray(value) ? value.map((item: unknown) => read(item, shape.of)) : asStored(value);
    case 'set':
      return Array.isArray(value)
        ? new Set(value.map((item: unknown) => read(item, shape.of)))
        : asStored(value);
    case 'map':
      return isObject(value)
        ? new Map(Object.entries(value).map(([key, item]) => [key, read(item, shape.of)]))
        : asStored(value);
    case 'converted':
      return convert(asStored(value), shape);
    default:
      return asStored(value);
  }
}

function convert(value: unknown, { converter }: FieldShape & { kind: 'converted' }): unknown {
  try {
    return value === null ? null : converter.read(value);
  } catch {
    return value;
  }
}

/** As `JSON.parse` returns it. */
function asStored(value: unknown): unknown {
  if (value instanceof ExactNumber) return Number(value.digits);
  if (Array.isArray(value)) return value.map(asStored);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, asStored(inner)]));
}

function toDate(text: string): Date | null {
  const point = parsePointInTime(text);
  return point && new Date(`${point.utc.slice(0, 23)}Z`);
}

function toBigInt(value: unknown): bigint | null {
  const digits = value instanceof ExactNumber ? value.digits : typeof value === 'number' ? String(value) : '';
  return /^-?\d+$/.test(digits) ? BigInt(digits) : null;
}

function isObject(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  );
}

/** Defines rather than assigns: assigning `__proto__` would set the prototype, and a setter would run. */
function define(target: object, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}
