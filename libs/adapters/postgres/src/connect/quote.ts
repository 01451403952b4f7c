/** A name as SQL reads it, whatever is in it. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `table` or `schema.table` as SQL reads it. */
export function quoteTable(name: string): string {
  const [first = '', ...rest] = name.split('.');
  return rest.length === 0 ? quoteName(first) : `${quoteName(first)}.${quoteName(rest.join('.'))}`;
}
