/** Stored as a JSON number and kept as text, so that no digit is lost: `1.10`, `9007199254740993`. For `@Field(() => Decimal)`. */
export const Decimal: unique symbol = Symbol('Decimal');

/** Converts a field's value to and from the document. Both directions are pure; `read` receives any JSON value. */
export interface FieldConverter {
  read(stored: unknown): unknown;
  write(value: unknown): unknown;
}

/** A class whose instances are parts of a document. */
export type FieldClass = abstract new (...parameters: never[]) => object;

/**
 * A field's type: `Date`, `BigInt`, {@link Decimal}, a class, a list of one of these (`[Date]`), `mapOf(…)`, `setOf(…)`, or a
 * custom converter. `String`, `Number`, `Boolean` and `Object` are kept as in JSON.
 */
export type FieldType =
  FieldClass | BigIntConstructor | typeof Decimal | readonly [FieldType] | MapOf | SetOf | FieldConverter;

/** A `Map` with string keys. */
export class MapOf {
  readonly values: FieldType;

  constructor(values: FieldType) {
    this.values = values;
  }
}

/** A `Set`. */
export class SetOf {
  readonly values: FieldType;

  constructor(values: FieldType) {
    this.values = values;
  }
}

/** `@Field(() => mapOf(Date))`: a `Map` with string keys, stored as an object. */
export const mapOf = (values: FieldType): MapOf => new MapOf(values);

/** `@Field(() => setOf(String))`: a `Set`, stored as a list. */
export const setOf = (values: FieldType): SetOf => new SetOf(values);

/** What is known of a field's value. */
export type FieldShape =
  | { kind: 'as-stored' | 'date' | 'bigint' | 'decimal' }
  | { kind: 'object'; prototype: object }
  | { kind: 'list' | 'map' | 'set'; of: FieldShape }
  | { kind: 'converted'; converter: FieldConverter }
  | { kind: 'impossible'; problem: string; remedy: string };

export const AS_STORED: FieldShape = { kind: 'as-stored' };

const AS_JSON_HAS_THEM = new Set<unknown>([String, Number, Boolean, Object, Array]);

/** The shape of a declared type; `impossible` for what no document can hold. */
export function shapeOf(type: unknown): FieldShape {
  if (type === undefined || AS_JSON_HAS_THEM.has(type)) return AS_STORED;
  if (type === Date) return { kind: 'date' };
  if (type === BigInt) return { kind: 'bigint' };
  if (type === Decimal) return { kind: 'decimal' };
  if (Array.isArray(type)) return listOf(type);
  if (type instanceof MapOf) return inside('map', type.values);
  if (type instanceof SetOf) return inside('set', type.values);
  if (type === Map) {
    return impossible('is a Map whose values have no declared type', 'Declare @Field(() => mapOf(Number))');
  }
  if (type === Set) {
    return impossible('is a Set whose values have no declared type', 'Declare @Field(() => setOf(String))');
  }
  if (isConverter(type)) return { kind: 'converted', converter: type };
  if (typeof type !== 'function') return impossible('is declared as something that is not a type', REMEDY);
  if (isBuiltIn(type)) return impossible(`is a ${type.name}, which no document can hold`, REMEDY);
  return { kind: 'object', prototype: type.prototype as object };
}

const REMEDY =
  'Give @Field() a converter { read, write }, or store something that JSON has: a string, a number, a list, an object';

function listOf(type: readonly unknown[]): FieldShape {
  if (type.length !== 1)
    return impossible('is a list whose elements have no declared type', 'Declare @Field(() => [Date])');
  return inside('list', type[0]);
}

function inside(kind: 'list' | 'map' | 'set', type: unknown): FieldShape {
  const of = shapeOf(type);
  return of.kind === 'impossible' ? of : { kind, of };
}

function impossible(problem: string, remedy: string): FieldShape {
  return { kind: 'impossible', problem, remedy };
}

function isConverter(type: unknown): type is FieldConverter {
  if (typeof type !== 'object' || type === null) return false;
  return (
    'read' in type && 'write' in type && typeof type.read === 'function' && typeof type.write === 'function'
  );
}

/** Classes of the language and of Node (Function, Promise, RegExp, typed arrays): native code, or Buffer. */
function isBuiltIn(type: { prototype?: unknown } & object): boolean {
  const { prototype } = type;
  if (typeof prototype !== 'object' || prototype === null || prototype instanceof Uint8Array) return true;
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(type));
}
