import type { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner } from '@nestjs/core';

/** One handler's route as declared by its decorators. */
export interface ServedRoute {
  /** Without leading or trailing slash: `health/ready`. */
  path: string;
  method: RequestMethod;
}

const scanner = new MetadataScanner();

/** The routes of a controller, from its own metadata. */
export function routesOf(controller: { prototype: object }): ServedRoute[] {
  const bases = pathsOf(controller);
  const handlers = controller.prototype as Record<string, object | undefined>;
  return scanner.getAllMethodNames(controller.prototype).flatMap((name) => {
    const handler = handlers[name];
    const method = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined);
    if (!handler || method === undefined) return [];
    return bases.flatMap((base) => pathsOf(handler).map((path) => ({ path: joinPaths(base, path), method })));
  });
}

function pathsOf(target: object): string[] {
  const paths = Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined;
  return [paths ?? ''].flat();
}

/** `/health/`, `ready` → `health/ready`. */
export function joinPaths(...parts: readonly string[]): string {
  return parts
    .flatMap((part) => part.split('/'))
    .filter((part) => part !== '')
    .join('/');
}
