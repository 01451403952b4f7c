import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';

type Entries = readonly (readonly [unknown, unknown])[];
type KeyOf = (key: unknown) => unknown;

/** Types of map keys. Fields of a record are doubles, which may hold integers. */
export const KEY_TYPES: ReadonlySet<string> = new Set(['bool', 'int', 'uint', 'double', 'string', 'dyn']);
export const KEY_RULE = 'the key of a map is a string, a whole number, or true or false';

/** CEL treats it as a `Map`, and looks keys up as the author wrote them. */
class CelMap extends Map<unknown, unknown> {
  static {
    // CEL recognizes a `Map` by its constructor.
    Object.defineProperty(CelMap.prototype, 'constructor', { value: Map });
  }

  readonly #keyOf: KeyOf;

  constructor(entries: Entries, keyOf: KeyOf) {
    super(entries);
    this.#keyOf = keyOf;
  }

  override get(key: unknown): unknown {
    return super.get(this.#keyOf(key));
  }

  override has(key: unknown): boolean {
    return super.has(this.#keyOf(key));
  }
}

/**
 * @param parts a key, its value, the next key, …
 * @throws {Error} for an invalid or repeated key
 */
export function mapOf(parts: readonly unknown[]): unknown {
  const entries = new Map<unknown, unknown>();
  for (let at = 0; at < parts.length; at += 2) {
    const key = oneKey(parts[at]);
    if (!isKey(key)) throw new Error(KEY_RULE);
    if (entries.has(key)) throw new Error(twice(key));
    entries.set(key, parts[at + 1]);
  }
  const isText = [...entries.keys()].every((key) => typeof key === 'string');
  return isText ? mapOfTexts([...entries] as [string, unknown][]) : new CelMap([...entries], oneKey);
}

export const twice = (key: unknown): string =>
  `the map has the key ${typeof key === 'string' ? JSON.stringify(key) : String(key)} twice`;

/** 1, 1u and 1.0 are the same key. */
export function oneKey(key: unknown): unknown {
  if (key instanceof UnsignedInt) return key.valueOf();
  return Number.isInteger(key) ? BigInt(key as number) : key;
}

export const isKey = (key: unknown): key is string | bigint | boolean =>
  typeof key === 'string' || typeof key === 'bigint' || typeof key === 'boolean';

/** CEL checks the `constructor` of an object, and refuses one with a field of that name; a `Map` always works. */
function mapOfTexts(entries: readonly (readonly [string, unknown])[]): unknown {
  const isOdd = entries.some(([key]) => key === 'constructor');
  return isOdd ? new CelMap(entries, String) : Object.fromEntries(entries);
}

/** Whether CEL refuses a JSON value because of a field name in it. */
export function isUnreadable(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, 'constructor') || Object.values(value).some(isUnreadable);
}

/** A JSON value that CEL can read, whatever its field names. */
export function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (typeof value !== 'object' || value === null) return value;
  return mapOfTexts(Object.entries(value).map(([key, of]) => [key, readable(of)]));
}
