/**
 * A document as an owner stores it: names that begin with a small letter are capitalized, as every Spark store does; other names
 * stay, so a document can be written either way.
 */
export function toStored(document: object): Record<string, unknown> {
  return capitalized(JSON.parse(JSON.stringify(document))) as Record<string, unknown>;
}

function capitalized(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalized);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      capitalized(inner),
    ]),
  );
}
