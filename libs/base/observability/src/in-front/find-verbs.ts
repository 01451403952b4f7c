/** One handler's route, as far as the verbs of its path are concerned. */
export interface VerbRoute {
  /** As its decorators say it: `spark/peers/:entity/drift`. */
  path: string;
  /** As Node has it, or `ALL`. */
  verb: string;
  /** Whether a wrong verb on its path is answered here; otherwise it is only known to be taken. */
  ours: boolean;
  /** Whether anything may be in front of its path, as a proxy may have put there; otherwise only what the application has. */
  anywhere: boolean;
}

/** What an application puts in front of its paths. */
export interface InFront {
  prefix: string;
  isVersioned: boolean;
}

interface Known extends VerbRoute {
  pattern: RegExp;
}

export type VerbTable = readonly Known[];

export function verbTableOf(routes: readonly VerbRoute[], inFront: InFront): VerbTable {
  return routes.map((route) => ({ ...route, pattern: patternOf(route, inFront) }));
}

/** What a path takes instead, for `Allow`; null where the verb is taken, and where the path is not ours to answer for. */
export function verbsInstead(table: VerbTable, method: string, url: string): string[] | null {
  const found = table.filter(({ pattern }) => pattern.test(url));
  if (!found.some(({ ours }) => ours)) return null;
  const verbs = new Set(found.flatMap(({ verb }) => (verb === 'GET' ? ['GET', 'HEAD'] : [verb])));
  return verbs.has(method) || verbs.has('ALL') ? null : [...verbs];
}

function patternOf({ path, anywhere }: VerbRoute, { prefix, isVersioned }: InFront): RegExp {
  const before = anywhere
    ? '(?:/[^/?]+)*'
    : `${prefix === '' ? '' : `(?:/${segmentsOf(prefix)})?`}${isVersioned ? '(?:/[^/?]+)?' : ''}`;
  return new RegExp(`^${before}/${segmentsOf(path)}/?(?:\\?|$)`, 'i');
}

function segmentsOf(path: string): string {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => {
      if (/^:\w+$/.test(segment)) return '[^/?]+';
      // A wildcard in whatever syntax the platform has for it.
      return /[:*{(]/.test(segment) ? '[^?]*' : segment.replaceAll(/[^\w-]/g, '\\$&');
    })
    .join('/');
}
