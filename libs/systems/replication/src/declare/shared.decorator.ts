import { DiscoveryService } from '@nestjs/core';
import { requireOptions } from '@nestjs-spark/foundation/internal';
import { ownMetadata } from './own-metadata.ts';

/** The modules that may copy a collection, and what of it. */
export interface SharedOptions {
  /** The names of these modules; `*` means every authenticated module. */
  with: readonly string[];
  /** The collection. Default: the plural of the class's name, as in repositories. */
  collection?: string;
  /**
   * The fields that these modules may read, such as `['model', 'address.city']`; all others are hidden from their scripts, also
   * in previews and `load()`. A path leads through lists. Fields are spelled as in the class or as in the documents.
   * `@attachments`, `@counters`, `@timeseries` and `@metadata` name what else they may read. Default: whole documents. A change
   * rebuilds the copies of these tasks.
   */
  fields?: readonly string[];
  /**
   * The collections that scripts on this one may read with `load()`; each also has to be shared with their module. Default: all
   * that are; `[]`: none.
   */
  load?: readonly string[];
}

/** The names of all options of `@Shared()`. */
export const SHARED_OPTIONS = Object.keys({
  with: true,
  collection: true,
  fields: true,
  load: true,
} satisfies Record<keyof SharedOptions, true>);

/** @internal The metadata that the explorer reads. */
export const SharedMark = DiscoveryService.createDecorator<readonly SharedOptions[]>();

/**
 * Allows other modules to copy this class's collection: their scripts may read it, also through `load()`. Without it nothing is shared. After a
 * name was removed and the owner has restarted, that module receives no further changes; the copies it already has stay in its database. Register
 * the class with `SparkStoreModule.forFeature([Car])` or `SparkReplicationModule.forFeature([Car])`, or list it in the `providers` of a Nest
 * module. Several `@Shared()` on one class are combined; subclasses do not inherit them.
 */
export function Shared(options: SharedOptions): ClassDecorator {
  requireOptions('@Shared()', options, SHARED_OPTIONS);
  return (target) => {
    SharedMark([options, ...(ownMetadata<readonly SharedOptions[]>(SharedMark.KEY, target) ?? [])])(target);
  };
}
