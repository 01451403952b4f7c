import { StoreRefusedError } from '../errors/errors.ts';
import { shapeAt } from './declared-fields.ts';
import { isJsonNumber } from './exact-number.ts';
import { storedName } from './field-names.ts';
import { BY_CONVENTION, type Spelling } from './spelling.ts';
import { AS_STORED, type FieldShape } from './field-types.ts';

/** A value as it is in documents. */
export type FilterValue = string | number | boolean | null;

/** One checked condition on one field, the same for every store. */
export type Filter = FilterField &
  (
    | { kind: 'among'; values: FilterValue[]; negated: boolean }
    | { kind: 'range'; operator: '>' | '>=' | '<' | '<='; value: string | number }
    | { kind: 'prefix'; prefix: string }
  );

/** Which field a condition is about. */
export interface FilterField {
  /** Names as the store spells them, outermost first; null for the document's id. */
  path: readonly string[] | null;
}

type Field = FilterField & { name: string; shape: FieldShape };

const RANGES = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;
const OPERATORS = ['ne', 'in', ...Object.keys(RANGES), 'startsWith'];
// RavenDB does not find longer texts.
const MAX_TEXT_BYTES = 512;

/**
 * @param prototype of the class that declares the fields
 * @param spelling of the names within objects
 * @throws {StoreRefusedError} naming field and operator, for a condition that no store could answer
 */
export function readWhere(
  where: object,
  prototype: object = Object.prototype,
  spelling: Spelling = BY_CONVENTION,
): Filter[] {
  return Object.entries(where).flatMap(([name, condition]) =>
    readField(fieldOf(name, prototype, spelling), condition),
  );
}

function readField(field: Field, condition: unknown): Filter[] {
  if (condition === undefined) return [];
  if (isOperators(condition)) {
    return Object.entries(condition).flatMap(([operator, operand]) =>
      operand === undefined ? [] : [readOperator(field, operator, operand)],
    );
  }
  const values = [readValue(field, '', condition)];
  return [{ ...bare(field), kind: 'among', values, negated: false }];
}

function readOperator(field: Field, operator: string, operand: unknown): Filter {
  const path = bare(field);
  if (operator === 'ne') {
    return { ...path, kind: 'among', values: [readValue(field, operator, operand)], negated: true };
  }
  if (operator === 'in') {
    if (!Array.isArray(operand)) throw refused(field, operator, 'a list', operand);
    const values = operand.map((value: unknown) => readValue(field, operator, value));
    return { ...path, kind: 'among', values, negated: false };
  }
  if (operator === 'startsWith') {
    const prefix = readValue(field, operator, operand);
    if (typeof prefix !== 'string') throw refused(field, operator, 'a string', operand);
    return { ...path, kind: 'prefix', prefix };
  }
  if (!isRange(operator)) {
    throw new StoreRefusedError(
      `where.${field.name} has no operator ${JSON.stringify(operator)}: use ${OPERATORS.join(', ')}, or a bare value for equality. Fields of objects are named with a dot: "${field.name}.${operator}"`,
    );
  }
  const value = readValue(field, operator, operand);
  if (field.path === null) {
    throw new StoreRefusedError(`where.id has no operator "${operator}": use ne, in or startsWith`);
  }
  if (typeof value !== 'number' && typeof value !== 'string') {
    throw refused(field, operator, 'a number, a string or a date', operand);
  }
  return { ...path, kind: 'range', operator: RANGES[operator], value };
}

function readValue(field: Field, operator: string, operand: unknown): FilterValue {
  const value = asStored(field, operator, operand);
  if (field.path === null && typeof value !== 'string') throw refused(field, operator, 'a string', operand);
  if (typeof value === 'string') return checkText(field, operator, value);
  if (value === null || typeof value === 'boolean') return value;
  // Minus zero equals zero.
  if (typeof value === 'number' && Number.isFinite(value)) return value + 0;
  throw refused(field, operator, 'a string, a number, a boolean, a date or null', operand);
}

/** Dates are text in documents, and declared decimals are numbers that stores compare as doubles. */
function asStored(field: Field, operator: string, operand: unknown): unknown {
  if (typeof operand === 'bigint') return Number(operand);
  if (operand instanceof Date && !Number.isNaN(operand.getTime())) {
    const year = operand.getUTCFullYear();
    if (year < 1 || year > 9999) throw refused(field, operator, 'dates of the years 1 to 9999', operand);
    return operand.toISOString();
  }
  const isNumber = field.shape.kind === 'decimal' || field.shape.kind === 'bigint';
  return isNumber && typeof operand === 'string' && isJsonNumber(operand) ? Number(operand) : operand;
}

function checkText(field: Field, operator: string, text: string): string {
  if (Buffer.byteLength(text) > MAX_TEXT_BYTES) {
    throw refused(field, operator, `a string of at most ${MAX_TEXT_BYTES} bytes`, text);
  }
  if (!text.isWellFormed()) throw refused(field, operator, 'a string without half surrogate pairs', text);
  return text;
}

/** Far longer than any real field name; RavenDB fails on names of thousands of characters as if it were unavailable. */
const MAX_NAME = 512;

function fieldOf(name: string, prototype: object, spelling: Spelling): Field {
  if (name === 'id') return { name, path: null, shape: AS_STORED };
  const names = name.split('.');
  if (names.includes('') || name.length > MAX_NAME || /["\\]/.test(name)) {
    throw new StoreRefusedError(`where cannot have the field ${JSON.stringify(name.slice(0, 100))}`);
  }
  return { name, path: storedPath(names, spelling), shape: shapeAt(prototype, names) };
}

function storedPath(names: readonly string[], spelling: Spelling): string[] {
  let at = spelling;
  return names.map((name) => {
    const stored = at.asWritten ? name : storedName(name);
    at = at.inside(name);
    return stored;
  });
}

function bare({ path }: Field): FilterField {
  return { path };
}

function isRange(operator: string): operator is keyof typeof RANGES {
  return Object.hasOwn(RANGES, operator);
}

function isOperators(condition: unknown): condition is object {
  const isObject = typeof condition === 'object' && condition !== null;
  return isObject && !Array.isArray(condition) && !(condition instanceof Date);
}

function refused({ name }: Field, operator: string, takes: string, given: unknown): StoreRefusedError {
  const where = operator === '' ? `where.${name}` : `where.${name}.${operator}`;
  return new StoreRefusedError(`${where} takes ${takes}, not ${describe(given)}`);
}

function describe(given: unknown): string {
  if (Array.isArray(given)) return 'a list (use in)';
  if (typeof given === 'string')
    return `${JSON.stringify(given.slice(0, 40))} with ${given.length} characters`;
  return given instanceof Date || typeof given !== 'object'
    ? String(given)
    : given === null
      ? 'null'
      : 'an object';
}
