/**
 * camelCase in TypeScript, PascalCase in the documents of every store. Exactly reversible: a key that begins with a capital, `$` or `@` gets a
 * `$` in front, so that it is not taken for a camelCase key on the way back, nor for metadata by the server.
 */
export function toStoredFields(value: unknown): unknown {
  return mapKeys(value, storedName);
}

export function fromStoredFields(value: unknown): unknown {
  return mapKeys(value, localName);
}

export function storedName(name: string): string {
  if (/^[a-z]/.test(name)) return name.charAt(0).toUpperCase() + name.slice(1);
  return /^[A-Z$@]/.test(name) ? `$${name}` : name;
}

export function localName(name: string): string {
  if (/^[A-Z]/.test(name)) return name.charAt(0).toLowerCase() + name.slice(1);
  return name.startsWith('$') ? name.slice(1) : name;
}

function mapKeys(value: unknown, rename: (key: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapKeys(item, rename));
  if (typeof value !== 'object' || value === null || hasToJson(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [rename(key), mapKeys(inner, rename)]),
  );
}

/** A document may have a field of this name, which is no function. */
function hasToJson(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
