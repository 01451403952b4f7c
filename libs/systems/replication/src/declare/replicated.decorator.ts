import type { Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

/** What a module wants to keep copies of. */
export interface ReplicatedOptions {
  /** The module that owns the documents, by its `moduleName`. It must share the collection: `@Shared({ with: [...] })`. */
  sourceModule: string;
  /** Their collection at the owner, e.g. `Cars`. May be left out when `originalType` is given. */
  sourceCollection?: string;
  /** The owner's class, when it is at hand: its name in the plural is the collection. `sourceCollection` goes before it. */
  originalType?: Type;
  /**
   * The copy, as a script in the language of RavenDB's ETL: `loadToCars({ LicensePlate: this.LicensePlate });`. Documents
   * for which it loads nothing are not copied. Either this or `fields`.
   */
  etlScript?: string;
  /** Short form: copies just these fields, as the document spells them, into the same collection. Either this or `etlScript`. */
  fields?: readonly string[];
  /** Names the task; default: the collection. Only needed for two declarations on one collection. */
  name?: string;
}

/** @internal The metadata that the explorer looks for. */
export const ReplicatedMark = DiscoveryService.createDecorator<ReplicatedOptions>();

/**
 * Declares that this module keeps copies of another module's documents in its own database, kept right as long as the
 * declaration stands. The class becomes known by `SparkReplicationModule.forFeature([Car])` or by standing in any module's
 * `providers`. Copies are read-only by convention: the next change at the owner overwrites them.
 *
 * A declaration that cannot work stops the start with a `DeclarationError` that names class, field and remedy.
 */
export function Replicated(options: ReplicatedOptions): ClassDecorator {
  return ReplicatedMark(options);
}
