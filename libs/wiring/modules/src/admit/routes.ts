import { joinPaths } from '@nestjs-spark/observability/internal';

/** What the handlers of one controller answer. */
export interface ControllerRoutes {
  /** Paths of the controller, as Nest has them: `spark/etl`. */
  paths: readonly string[];
  bodyBytes: number;
  /** Whole paths with their verbs. */
  routes: readonly { path: string; verb: string }[];
}

/** One path that is answered, and how. */
export interface Route {
  readonly pattern: RegExp;
  /** For the `Allow` header. */
  readonly verbs: readonly string[];
}

/** All guarded routes of an application. */
export interface RouteTable {
  /** Paths that are answered. */
  readonly routes: readonly Route[];
  /** The controllers' paths: what is below one of them is read and bounded here, answered or not. */
  readonly areas: readonly { pattern: RegExp; bodyBytes: number }[];
}

/** What a request asks for, as far as the table knows it; null: nothing of it is ours. */
export interface FoundRoute {
  readonly bodyBytes: number;
  /** What the path takes; null where no handler has the path. */
  readonly verbs: readonly string[] | null;
}

const ANYTHING_BEFORE = '^(?:/[^/?]+)*/';

/** Reads what controllers declare, so that path, verbs and bounds of a route are written once. */
export function tableOf(controllers: readonly ControllerRoutes[]): RouteTable {
  const verbs = new Map<string, Set<string>>();
  for (const { path, verb } of controllers.flatMap(({ routes }) => routes)) {
    verbs.set(path, (verbs.get(path) ?? new Set()).add(verb));
  }
  return {
    routes: [...verbs].map(([path, given]) => ({
      pattern: new RegExp(`${ANYTHING_BEFORE}${segments(path)}/?(?:\\?|$)`, 'i'),
      verbs: allowed(given),
    })),
    areas: controllers.flatMap(({ paths, bodyBytes }) =>
      paths.map((path) => ({
        pattern: new RegExp(`${ANYTHING_BEFORE}${segments(joinPaths(path))}(?:[/?]|$)`, 'i'),
        bodyBytes,
      })),
    ),
  };
}

/** Finds what a URL asks for. A proxy may have put anything in front of the path. */
export function findRoute({ routes, areas }: RouteTable, url: string): FoundRoute | null {
  const bounds = areas.filter(({ pattern }) => pattern.test(url)).map(({ bodyBytes }) => bodyBytes);
  if (bounds.length === 0) return null;
  // A fixed segment goes before a parameter, as in the application's router, where it is declared first.
  const found = routes.find(({ pattern }) => pattern.test(url));
  return { bodyBytes: Math.max(...bounds), verbs: found?.verbs ?? null };
}

function segments(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '[^/?]+' : segment.replaceAll(/[^\w-]/g, '\\$&')))
    .join('/');
}

function allowed(verbs: ReadonlySet<string>): string[] {
  return [...verbs].flatMap((verb) => (verb === 'GET' ? ['GET', 'HEAD'] : [verb]));
}
