import type { Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { ownMetadata } from './own-metadata.ts';

/** What a module wants to keep copies of. */
export interface ReplicatedOptions<Field extends string = string> {
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
  /**
   * Short form: copies just these fields into the same collection. Named as the class has them (`licensePlate`) or as the documents
   * do (`LicensePlate`); each has to be a property of the class. Either this or `etlScript`.
   */
  fields?: readonly Field[];
  /**
   * Put before the id of each copy: `idPrefix: 'webshop/'` makes `webshop/orders/1-A` of `orders/1-A`. For collections that two
   * owners feed, or that the module writes to itself. Up to 64 letters, digits, `.`, `_`, `-` and `/`, the last a `/` or `-`.
   * Ids inside of documents stay as the script writes them, and so do those that its `load` asks for. Default: ids stay.
   */
  idPrefix?: string;
  /**
   * `own`: a copy may go over a document of the same id that this module wrote itself, which becomes a copy by it. Default:
   * such a document stays, and the copy is set aside (`not-a-copy`). Copies of other declarations are never written over.
   */
  overwrite?: 'own';
  /** Names the task; default: the collection. Only needed for two declarations on one collection. */
  name?: string;
}

/** @internal The metadata that the explorer looks for. */
export const ReplicatedMark = DiscoveryService.createDecorator<readonly ReplicatedOptions[]>();

/**
 * Declares that this module keeps copies of another module's documents in its own database, kept right as long as the
 * declaration stands. The class becomes known by `SparkReplicationModule.forFeature([Car])`, by `SparkStoreModule.forFeature([Car])` or by standing in any module's
 * `providers`. Copies are read-only by convention: the next change at the owner overwrites them.
 *
 * A class may have several declarations, each with a `name` where they are on one collection; all of them are carried out. They
 * are not inherited by subclasses. A declaration that cannot work stops the start with a `DeclarationError` that names class, field and remedy.
 */
export function Replicated(options: ReplicatedOptions & { fields?: undefined }): ClassDecorator;
export function Replicated<const Field extends string>(
  options: ReplicatedOptions<Field>,
): FieldsDecorator<Field>;
export function Replicated(options: ReplicatedOptions): ClassDecorator {
  return (target) => {
    const own = ownMetadata<readonly ReplicatedOptions[]>(ReplicatedMark.KEY, target);
    // Decorators run from the last to the first; declarations are read as they are written.
    ReplicatedMark([options, ...(own ?? [])])(target);
  };
}

/** Takes a class that has these fields as properties, in either spelling. */
export type FieldsDecorator<Field extends string> = <
  C extends abstract new (...parameters: never[]) => object,
>(
  target: C & HasFields<Field, InstanceType<C>>,
) => void;

type HasFields<Field extends string, T> = [keyof T] extends [never]
  ? unknown
  : string extends Field
    ? unknown
    : [Unknown<Field, T>] extends [never]
      ? unknown
      : { 'a field is no property of the class': Unknown<Field, T> };

type Unknown<Field extends string, T> = Field extends keyof T
  ? never
  : Uncapitalize<Field> extends keyof T
    ? never
    : Field;
