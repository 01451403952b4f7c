/** One handler's route, as far as needed to find the verbs of its path. */
export interface VerbRoute {
  /** As in its decorators: `spark/peers/:entity/drift`. */
  path: string;
  /** As Node spells it, or `ALL`. */
  verb: string;
  /** Whether a wrong verb on its path is answered here; otherwise the route only counts as an existing one. */
  ours: boolean;
  /** Whether the handler reads the body itself. */
  readsBody: boolean;
  /** Whether its path may have any prefix, such as one added by a proxy; otherwise only the application's own prefix. */
  anywhere: boolean;
}

/** What an application prepends to its paths. */
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

/**
 * The verbs that a path accepts instead, for `Allow`; null when the verb is accepted, or when the path is not ours to answer for.
 */
export function verbsInstead(table: VerbTable, method: string, url: string): string[] | null {
  const found = table.filter(({ pattern }) => pattern.test(url));
  if (!found.some(({ ours }) => ours)) return null;
  const verbs = new Set(found.flatMap(({ verb }) => (verb === 'GET' ? ['GET', 'HEAD'] : [verb])));
  return verbs.has(method) || verbs.has('ALL') ? null : [...verbs];
}

/** Whether a request goes to a handler that reads its body itself. */
export function readsBody(table: VerbTable, method: string, url: string): boolean {
  return table.some((one) => one.readsBody && one.verb === method && one.pattern.test(url));
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
      // A wildcard in any platform's syntax.
      return /[:*{(]/.test(segment) ? '[^?]*' : segment.replaceAll(/[^\w-]/g, '\\$&');
    })
    .join('/');
}
