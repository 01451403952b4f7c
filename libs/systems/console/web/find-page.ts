/** Pages that are loaded when they are opened, beside those of one thing. */
const LISTS: ReadonlySet<string> = new Set([
  'set-aside',
  'dead-letters',
  'scripts',
  'modules',
  'audit',
  'peers',
  'jobs',
  'pipelines',
]);
/** Pages of one thing, by that of all. */
const ONE_OF: ReadonlyMap<string, string> = new Map([
  ['jobs', 'job'],
  ['pipelines', 'pipeline'],
]);

/** The page of a path, and what the path names there; null where there is none, and for a path that cannot be read. */
export function findPage(path: string): { page: string; parts: string[] } | null {
  const segments = segmentsOf(path);
  if (segments === null) return null;
  const [name = '', ...parts] = segments;
  if (name === '') return { page: 'overview', parts };
  if (name === 'copies' && parts.length === 0) return { page: 'copies', parts };
  if (name === 'copies' && parts.length === 3) return { page: 'copy', parts };
  const one = ONE_OF.get(name);
  if (one !== undefined && parts.length === 1) return { page: one, parts };
  return LISTS.has(name) ? { page: name, parts } : null;
}

function segmentsOf(path: string): string[] | null {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return null;
  }
}
