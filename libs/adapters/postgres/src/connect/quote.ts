/** A name quoted for SQL, whatever it contains. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `table` or `schema.table`, quoted for SQL. */
export function quoteTable(name: string): string {
  const [first = '', ...rest] = name.split('.');
  return rest.length === 0 ? quoteName(first) : `${quoteName(first)}.${quoteName(rest.join('.'))}`;
}
