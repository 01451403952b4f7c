/**
 * The definitions between the outer parentheses of a `CREATE TABLE`, as written, in their order: first those of the columns, then
 * the table's constraints. SQLite reports everything about a column except what it is generated from, or checked for.
 * @param sql as `sqlite_schema` has it
 */
export function columnDefinitions(sql: string): string[] {
  const definitions: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < sql.length; at = Math.max(at + 1, skipQuoted(sql, at))) {
    const sign = sql[at];
    if (sign === '(' && depth++ === 0) start = at + 1;
    const isOver = sign === ')' && --depth === 0;
    if (!isOver && !(sign === ',' && depth === 1)) continue;
    definitions.push(sql.slice(start, at).trim());
    if (isOver) break;
    start = at + 1;
  }
  return definitions;
}

/** How texts, names and comments end, by how they begin. A doubled quote inside ends one text and begins the next. */
const ENDINGS: readonly (readonly [string, string])[] = [
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['[', ']'],
  ['--', '\n'],
  ['/*', '*/'],
];

/** The position after what is quoted at `at`; `at` itself when nothing is. */
function skipQuoted(sql: string, at: number): number {
  const [begin, ending] = ENDINGS.find(([one]) => sql.startsWith(one, at)) ?? [];
  if (begin === undefined || ending === undefined) return at;
  const end = sql.indexOf(ending, at + begin.length);
  return end < 0 ? sql.length : end + ending.length;
}
