import { types } from 'node:util';
import { isObject, messageOf } from '@nestjs-spark/foundation/internal';
import { ContentRefusedError, NOT_AN_OBJECT, TOO_DEEP } from '../errors/errors.ts';
import { fieldShape } from './declared-fields.ts';
import { ExactNumber, isJsonNumber } from './exact-number.ts';
import { AS_STORED, type FieldShape } from './field-types.ts';

// SQLite parses JSON up to this depth.
const MAX_DEPTH = 900;

/** A value's location: its name in the entity, and its container. */
interface Place {
  path: string;
  parents: readonly object[];
}

/**
 * An entity as plain JSON values, under its names in TypeScript: dates become texts, Maps objects, Sets lists, declared decimals
 * {@link ExactNumber}s.
 * @throws {ContentRefusedError} naming the field, for what JSON would drop, change or refuse
 */
export function toPlain(entity: object, prototype: object): Record<string, unknown> {
  const given = isReference(entity) && hasToJson(entity) ? entity.toJSON('') : entity;
  if (!isObject(given)) {
    const said = `The entity cannot be stored: it is ${kindOf(given)} and not an object with fields. Give an object`;
    throw new ContentRefusedError(said, null, { kind: NOT_AN_OBJECT });
  }
  return plainObject(given, prototype, { path: '', parents: [entity] });
}

/** One field of an entity as a plain JSON value; undefined when it has none. */
export function toPlainField(prototype: object, name: string, value: unknown): unknown {
  return plain(value, fieldShape(prototype, name), { path: name, parents: [] });
}

function plainObject(entity: object, prototype: object, { path, parents }: Place): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  for (const [name, value] of Object.entries(entity)) {
    const place = { path: path === '' ? name : `${path}.${name}`, parents };
    const stored = plain(value, fieldShape(prototype, name), place);
    if (stored !== undefined) entries.push([name, stored]);
  }
  return Object.fromEntries(entries);
}

function plain(value: unknown, shape: FieldShape, place: Place): unknown {
  if (shape.kind === 'converted' && value !== undefined && value !== null) {
    return plain(
      called(() => shape.converter.write(value), place.path, 'converter'),
      AS_STORED,
      place,
    );
  }
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
      return value;
    case 'string':
      return shape.kind === 'decimal' && isJsonNumber(value) ? new ExactNumber(value) : value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw refused(place.path, `is ${value}`, 'Give a finite number, null or a string');
    case 'bigint':
      if (shape.kind === 'bigint' || shape.kind === 'decimal') return new ExactNumber(String(value));
      throw refused(
        place.path,
        'is a bigint',
        'Declare it with @Field(() => BigInt), or give a string or a number',
      );
    case 'object':
      return value === null ? null : plainReference(value, shape, place);
    default:
      throw refused(place.path, `is ${kindOf(value)}`, 'Leave it out, or make it a method of the class');
  }
}

function plainReference(value: object, shape: FieldShape, { path, parents }: Place): unknown {
  if (parents.includes(value))
    throw refused(path, 'refers back to an object that contains it', 'Give its id instead');
  if (parents.length > MAX_DEPTH) {
    const said = `${path.slice(0, 200)} cannot be stored: it is nested more than ${MAX_DEPTH} objects deep. Flatten it`;
    throw new ContentRefusedError(said, null, { kind: TOO_DEEP });
  }
  const inside = (name: string): Place => ({ path: `${path}${name}`, parents: [...parents, value] });
  // Not instanceof: values may come from other realms (structuredClone in a test runner, vm).
  if (types.isDate(value)) return dateText(value, path);
  if (types.isMap(value)) return plainMap(value, shape, path, inside);
  if (types.isSet(value)) {
    if (shape.kind === 'set') return plainList([...value], shape.of, inside);
    throw refused(path, 'is a Set', 'Declare it with @Field(() => setOf(String)), or give a list');
  }
  if (Array.isArray(value)) {
    return plainList(value, shape.kind === 'list' || shape.kind === 'set' ? shape.of : AS_STORED, inside);
  }
  if (types.isBoxedPrimitive(value)) return plain(value.valueOf(), shape, inside(''));
  refuseBuiltIn(value, path);
  if (hasToJson(value)) {
    const json = called(() => value.toJSON(path), path, 'toJSON()');
    if (json !== value) return plain(json, shape, inside(''));
  }
  if (shape.kind === 'map') return plainMap(new Map(Object.entries(value)), shape, path, inside);
  return plainObject(value, prototypeFor(value, shape), inside(''));
}

function plainList(list: readonly unknown[], of: FieldShape, inside: (name: string) => Place): unknown[] {
  // Not map(), which skips the holes of a sparse list.
  return Array.from(list, (item, index) => {
    const place = inside(`[${index}]`);
    const stored = plain(item, of, place);
    if (stored === undefined)
      throw refused(
        place.path,
        'is undefined, or missing in the list',
        'Give null, or leave it out of the list',
      );
    return stored;
  });
}

function plainMap(
  map: ReadonlyMap<unknown, unknown>,
  shape: FieldShape,
  path: string,
  inside: (name: string) => Place,
): Record<string, unknown> {
  if (shape.kind !== 'map') {
    throw refused(path, 'is a Map', 'Declare it with @Field(() => mapOf(Number)), or give an object');
  }
  const entries = [...map].map(([key, value]) => {
    if (typeof key !== 'string')
      throw refused(path, `is a Map with ${kindOf(key)} as a key`, 'Use strings as keys');
    return [key, plain(value, shape.of, inside(`.${key}`))] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function dateText(date: Date, path: string): string {
  const time = date.getTime();
  if (Number.isNaN(time)) throw refused(path, 'is an invalid Date', 'Give null, or a point in time');
  const year = date.getUTCFullYear();
  if (year >= 1 && year <= 9999) return date.toISOString();
  throw refused(path, `is a Date in the year ${year}`, 'Stores support the years 1 to 9999');
}

function refuseBuiltIn(value: object, path: string): void {
  if (!types.isPromise(value) && !hasInnerState(value)) return;
  const remedy = types.isPromise(value)
    ? 'Wait for it'
    : 'Give a string, a number, a list or an object, or give @Field() a converter { read, write }';
  throw refused(path, `is ${kindOf(value)}`, remedy);
}

/** Byte buffers, and built-ins with internal slots (RegExp, Error, Headers, Blob, WeakMap). */
function hasInnerState(value: object): boolean {
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || types.isNativeError(value)) return true;
  if (types.isRegExp(value) || types.isGeneratorObject(value)) return true;
  if (types.isMapIterator(value) || types.isSetIterator(value)) return true;
  return !hasToJson(value) && isOfGlobalClass(value);
}

function isOfGlobalClass(value: object): boolean {
  for (let one = prototypeOf(value); one; one = prototypeOf(one)) {
    const { constructor } = one;
    if (typeof constructor !== 'function' || constructor === Object) continue;
    if ((globalThis as Record<string, unknown>)[constructor.name] === constructor) return true;
  }
  return false;
}

function prototypeFor(value: object, shape: FieldShape): object {
  if (shape.kind === 'object') return shape.prototype;
  return prototypeOf(value) ?? Object.prototype;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}

/** Callers without types may give anything, such as the body of a request. */
function isReference(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function hasToJson(value: object): value is { toJSON(key: string): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

function called(make: () => unknown, path: string, what: string): unknown {
  try {
    return make();
  } catch (cause) {
    throw refused(path, `has a ${what} that throws: ${messageOf(cause)}`, 'Give another value', cause);
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`;
  const name = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)?.constructor
    ?.name;
  const kind = typeof name === 'string' && name !== '' ? name : 'object';
  return `${/^[aeio]/i.test(kind) ? 'an' : 'a'} ${kind}`;
}

function refused(path: string, problem: string, remedy: string, cause?: unknown): ContentRefusedError {
  return new ContentRefusedError(`${path} cannot be stored: it ${problem}. ${remedy}`, null, { cause });
}
