import { DiscoveryService } from '@nestjs/core';
import { ownMetadata } from './own-metadata.ts';

/** Who may take copies of a collection. */
export interface SharedOptions {
  /** Names of the modules that may; `*` stands for every authenticated module. */
  with: readonly string[];
  /** The collection; default: the class's name in the plural, as repositories name it. */
  collection?: string;
}

/** @internal The metadata that the explorer looks for. */
export const SharedMark = DiscoveryService.createDecorator<readonly SharedOptions[]>();

/**
 * Lets other modules take copies of this class's collection: their scripts may read it, `load()` included. Nothing is shared
 * without it. After a name is removed, no new changes go to that module once the owner has restarted; the copies it already
 * has stay in its database. The class becomes known by `SparkReplicationModule.forFeature([Car])`, by
 * `SparkStoreModule.forFeature([Car])` or as one of any module's `providers`. Several on one class add up; subclasses do not
 * inherit it.
 */
export function Shared(options: SharedOptions): ClassDecorator {
  return (target) => {
    SharedMark([options, ...(ownMetadata<readonly SharedOptions[]>(SharedMark.KEY, target) ?? [])])(target);
  };
}
