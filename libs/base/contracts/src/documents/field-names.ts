import { setOwn } from '@nestjs-spark/foundation/internal';
import { BY_CONVENTION, type Spelling } from './spelling.ts';

/**
 * camelCase in TypeScript, PascalCase in the documents of every store. Exactly reversible: a key that begins with a capital or `@` gets a
 * `$` in front, so that it is not taken for a camelCase key on the way back, nor for metadata by the server. Names as .NET
 * marks types with (`$type`) are the same on both sides.
 */
export function toStoredFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toStoredFields);
  if (typeof value !== 'object' || value === null || hasToJson(value)) return value;
  const fields: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) setOwn(fields, storedName(key), toStoredFields(inner));
  return fields;
}

/**
 * The other way round. Documents of other clients may have names that come to the same here, such as `Name` and `name`: then the one
 * that TypeScript's name would be stored under is read, and the other is left out.
 */
export function fromStoredFields(value: unknown, spelling: Spelling = BY_CONVENTION): unknown {
  if (Array.isArray(value)) return value.map((item) => fromStoredFields(item, spelling));
  if (typeof value !== 'object' || value === null || hasToJson(value)) return value;
  const entries = Object.entries(value);
  const names = localNames(
    entries.map(([stored]) => stored),
    spelling,
  );
  const fields: [string, unknown][] = [];
  for (const [stored, inner] of entries) {
    const name = names.get(stored);
    if (name !== undefined) fields.push([name, fromStoredFields(inner, spelling.inside(name))]);
  }
  return Object.fromEntries(fields);
}

/** A document may have a field of this name, which is not a function. */
function hasToJson(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/** What the members of one stored object are called in TypeScript, by their stored names; those that cannot be told apart are left out. */
export function localNames(stored: Iterable<string>, spelling: Spelling): ReadonlyMap<string, string> {
  const locals = new Map<string, string>();
  const taken = new Map<string, string>();
  for (const name of stored) {
    const local = spelling.asWritten ? name : localName(name);
    const other = taken.get(local);
    if (other !== undefined && other !== name) {
      if (storedName(local) !== name) continue;
      locals.delete(other);
    }
    taken.set(local, name);
    locals.set(name, local);
  }
  return locals;
}

export function storedName(name: string): string {
  if (/^[a-z]/.test(name)) return name.charAt(0).toUpperCase() + name.slice(1);
  return NEEDS_MARK.test(name) ? `$${name}` : name;
}

export function localName(name: string): string {
  if (/^[A-Z]/.test(name)) return name.charAt(0).toLowerCase() + name.slice(1);
  return name.startsWith('$') && (NEEDS_MARK.test(name.slice(1)) || name.startsWith('$$'))
    ? name.slice(1)
    : name;
}

const NEEDS_MARK = /^(?:[A-Z@]|\$[A-Z@$])/;
