/** Why a file that the command names cannot be read, from the error of reading it. Pure. */
export function whyUnreadable(path: string, error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  if (code === 'ENOENT') return `There is no file ${path}`;
  if (code === 'EISDIR') return `${path} is a folder, not a file`;
  return `${path} cannot be read (${String(code ?? 'unknown failure')})`;
}
