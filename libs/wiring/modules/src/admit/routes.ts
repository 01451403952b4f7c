import { joinPaths } from '@nestjs-spark/observability/internal';

/** Where the routes of one controller are, and how large their bodies may be. */
export interface ControllerArea {
  /** Paths of the controller, as Nest has them: `spark/etl`. */
  paths: readonly string[];
  bodyBytes: number;
}

/** The paths of all guarded controllers: what is below one of them is read and bounded here, answered or not. */
export type Areas = readonly { readonly pattern: RegExp; readonly bodyBytes: number }[];

/** Reads what controllers declare, so that paths and bounds of routes are written once. */
export function areasOf(controllers: readonly ControllerArea[]): Areas {
  return controllers.flatMap(({ paths, bodyBytes }) =>
    paths.map((path) => ({ pattern: patternOf(joinPaths(path)), bodyBytes })),
  );
}

/** How large a body may be that is sent to a URL; null: nothing of it is ours. */
export function bodyBytesAt(areas: Areas, url: string): number | null {
  const bounds = areas.filter(({ pattern }) => pattern.test(url)).map(({ bodyBytes }) => bodyBytes);
  return bounds.length === 0 ? null : Math.max(...bounds);
}

/** A proxy may have put anything in front of the path. */
function patternOf(path: string): RegExp {
  const segments = path.split('/').map((segment) => segment.replaceAll(/[^\w-]/g, '\\$&'));
  return new RegExp(`^(?:/[^/?]+)*/${segments.join('/')}(?:[/?]|$)`, 'i');
}
