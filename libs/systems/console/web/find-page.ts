const LISTS = [
  'set-aside',
  'dead-letters',
  'scripts',
  'modules',
  'audit',
  'peers',
  'jobs',
  'pipelines',
] as const;
/** Pages of one thing, by that of all. */
const ONE_OF: ReadonlyMap<string, 'job' | 'pipeline'> = new Map([
  ['jobs', 'job'],
  ['pipelines', 'pipeline'],
]);

/** A page that is loaded when it is opened. */
export type LaterPage = (typeof LISTS)[number] | 'copy' | 'job' | 'pipeline';

/** The page of a path, and what the path names there; null where there is none, and for a path that cannot be read. */
export function findPage(path: string): { page: LaterPage | 'overview' | 'copies'; parts: string[] } | null {
  const segments = segmentsOf(path);
  if (segments === null) return null;
  const [name = '', ...parts] = segments;
  if (name === '') return { page: 'overview', parts };
  if (name === 'copies' && parts.length === 0) return { page: 'copies', parts };
  if (name === 'copies' && parts.length === 3) return { page: 'copy', parts };
  const list = LISTS.find((page) => page === name);
  if (list === undefined) return null;
  const one = ONE_OF.get(list);
  return { page: one !== undefined && parts.length === 1 ? one : list, parts };
}

function segmentsOf(path: string): string[] | null {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return null;
  }
}
