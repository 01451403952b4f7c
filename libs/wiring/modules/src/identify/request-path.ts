/**
 * The path that `htu` names: from a full URL (as in RFC 9449) or a path alone, without query and fragment. Null when it names
 * none.
 */
export function pathOf(htu: string): string | null {
  if (htu.startsWith('/')) return htu.split(/[?#]/, 1)[0] ?? null;
  if (!/^https?:\/\//i.test(htu) || !URL.canParse(htu)) return null;
  return new URL(htu).pathname;
}

/**
 * The spellings of one path that a caller may have signed: as it arrived here, and as it left the caller if a proxy in between
 * removed the public URL's own path.
 */
export function acceptedPaths(arrived: string, publicUrl: string): string[] {
  const path = pathOf(arrived) ?? arrived;
  const prefix = (pathOf(publicUrl) ?? '/').replace(/(?<!\/)\/+$/, '');
  return prefix === '' ? [path] : [path, `${prefix}${path}`];
}
