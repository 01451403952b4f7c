/**
 * The path that `htu` names: of a full URL (as RFC 9449 has it) or of a path alone, without query and fragment.
 * Null when it names none.
 */
export function pathOf(htu: string): string | null {
  if (htu.startsWith('/')) return htu.split(/[?#]/, 1)[0] ?? null;
  if (!/^https?:\/\//i.test(htu) || !URL.canParse(htu)) return null;
  return new URL(htu).pathname;
}

/**
 * The spellings of one path that a caller may have signed: as it arrived here, and as it left the caller when a proxy in
 * between took the public URL's own path away.
 */
export function acceptedPaths(arrived: string, publicUrl: string): string[] {
  const path = pathOf(arrived) ?? arrived;
  const prefix = (pathOf(publicUrl) ?? '/').replace(/(?<!\/)\/+$/, '');
  return prefix === '' ? [path] : [path, `${prefix}${path}`];
}
