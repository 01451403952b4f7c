import { joinPaths } from '@nestjs-spark/observability/internal';

/** The paths of one controller, and its limit for bodies. */
export interface ControllerArea {
  /** The controller's paths, as in Nest: `spark/etl`. */
  paths: readonly string[];
  bodyBytes: number;
}

/**
 * The paths of all guarded controllers: bodies of everything below them are read and limited here, whether or not a handler
 * exists.
 */
export type Areas = readonly { readonly pattern: RegExp; readonly bodyBytes: number }[];

/** Reads the controllers' declarations, so that paths and limits of routes are written only once. */
export function areasOf(controllers: readonly ControllerArea[]): Areas {
  return controllers.flatMap(({ paths, bodyBytes }) =>
    paths.map((path) => ({ pattern: patternOf(joinPaths(path)), bodyBytes })),
  );
}

/** The body limit for a URL; null: it is not ours. */
export function bodyBytesAt(areas: Areas, url: string): number | null {
  const bounds = areas.filter(({ pattern }) => pattern.test(url)).map(({ bodyBytes }) => bodyBytes);
  return bounds.length === 0 ? null : Math.max(...bounds);
}

/** A proxy may have prepended anything to the path. */
function patternOf(path: string): RegExp {
  const segments = path.split('/').map((segment) => segment.replaceAll(/[^\w-]/g, '\\$&'));
  return new RegExp(`^(?:/[^/?]+)*/${segments.join('/')}(?:[/?]|$)`, 'i');
}
