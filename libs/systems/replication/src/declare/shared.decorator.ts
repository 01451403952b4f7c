import { DiscoveryService } from '@nestjs/core';
import { ownMetadata } from './own-metadata.ts';

/** Which modules may copy a collection. */
export interface SharedOptions {
  /** Names of these modules; `*` means every authenticated module. */
  with: readonly string[];
  /** The collection; default: the class's name in the plural, as repositories name it. */
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

/** @internal The metadata that the explorer looks for. */
export const SharedMark = DiscoveryService.createDecorator<readonly SharedOptions[]>();

/**
 * Allows other modules to copy this class's collection: their scripts may read it, including through `load()`. Nothing is shared
 * without it. After a name is removed, no new changes go to that module once the owner has restarted; the copies it already
 * has stay in its database. Register the class with `SparkStoreModule.forFeature([Car])` or
 * `SparkReplicationModule.forFeature([Car])`, or list it in the `providers` of a Nest module. Several `@Shared()` on one class are
 * combined; subclasses do not inherit them.
 */
export function Shared(options: SharedOptions): ClassDecorator {
  return (target) => {
    SharedMark([options, ...(ownMetadata<readonly SharedOptions[]>(SharedMark.KEY, target) ?? [])])(target);
  };
}
