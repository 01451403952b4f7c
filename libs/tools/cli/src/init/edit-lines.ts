/** Appends these lines to the file, except those already there. */
export function addLines(text: string, lines: readonly string[]): string {
  const known = new Set(text.split('\n').map((line) => line.trim()));
  return append(
    text,
    lines.filter((line) => !known.has(line)),
  );
}

/** Appends these variables to an `.env`, except those that it already sets, to whatever value. */
export function addVariables(text: string, variables: Readonly<Record<string, string>>): string {
  const known = new Set(text.split('\n').map((line) => /^\s*(?:export\s+)?(\w+)\s*=/.exec(line)?.[1]));
  const missing = Object.entries(variables).filter(([name]) => !known.has(name));
  return append(
    text,
    missing.map(([name, value]) => `${name}=${value}`),
  );
}

function append(text: string, lines: readonly string[]): string {
  if (lines.length === 0) return text;
  const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${before}${lines.join('\n')}\n`;
}
