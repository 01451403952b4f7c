import type { Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { requireOptions } from '@nestjs-spark/foundation/internal';
import { ownMetadata } from './own-metadata.ts';

/** The copies that a module wants to keep. */
export interface ReplicatedOptions<Field extends string = string> {
  /** The `moduleName` of the module that owns the documents. It must share the collection: `@Shared({ with: [...] })`. */
  sourceModule: string;
  /** Their collection at the owner, such as `Cars`. May be omitted if `originalType` is given. */
  sourceCollection?: string;
  /** The owner's class, if it can be imported: the plural of its name is the collection. `sourceCollection` takes precedence. */
  originalType?: Type;
  /**
   * The copy as a script in RavenDB's ETL language: `loadToCars({ LicensePlate: this.LicensePlate });`. Documents for which it loads nothing are
   * not copied. Either this or `fields`.
   */
  etlScript?: string;
  /**
   * Short form: copies just these fields, into a collection of the same name. Spelled as in the class (`licensePlate`) or as in documents
   * (`LicensePlate`); each must be a property of the class. Either this or `etlScript`.
   */
  fields?: readonly Field[];
  /**
   * Prepended to the id of each copy: `idPrefix: 'webshop/'` turns `orders/1-A` into `webshop/orders/1-A`. For collections that two owners fill, or
   * that the module also writes to itself. Up to 64 letters, digits, `.`, `_`, `-` and `/`, ending with `/` or `-`. Ids inside documents stay as
   * the script writes them, as do those passed to its `load`. Default: no prefix.
   */
  idPrefix?: string;
  /**
   * `own`: a copy may overwrite a document with the same id that this module wrote itself; the document then becomes the copy. Default: such a
   * document stays, and the copy is set aside (`not-a-copy`). Copies of other declarations are never overwritten.
   */
  overwrite?: 'own';
  /** The name of the task. Default: the collection. Only needed for two declarations on one collection. */
  name?: string;
}

/** The names of all options of `@Replicated()`. */
export const REPLICATED_OPTIONS = Object.keys({
  sourceModule: true,
  sourceCollection: true,
  originalType: true,
  etlScript: true,
  fields: true,
  idPrefix: true,
  overwrite: true,
  name: true,
} satisfies Record<keyof ReplicatedOptions, true>);

/** @internal The metadata that the explorer reads. */
export const ReplicatedMark = DiscoveryService.createDecorator<readonly ReplicatedOptions[]>();

/**
 * Declares that this module keeps copies of another module's documents in its own database, up to date as long as the declaration exists. Register
 * the class with `SparkStoreModule.forFeature([Car])` or `SparkReplicationModule.forFeature([Car])`, or list it in the `providers` of a Nest
 * module. Copies are read-only by convention: the next change at the owner overwrites them.
 *
 * A class may have several declarations, each with a `name` if they are on the same collection; all of them take effect. Subclasses do not inherit
 * them. A declaration that cannot work stops the application at startup with a `DeclarationError`, which names class, field and remedy.
 */
export function Replicated(options: ReplicatedOptions & { fields?: undefined }): ClassDecorator;
export function Replicated<const Field extends string>(
  options: ReplicatedOptions<Field>,
): FieldsDecorator<Field>;
export function Replicated(options: ReplicatedOptions): ClassDecorator {
  requireOptions('@Replicated()', options, REPLICATED_OPTIONS);
  return (target) => {
    const own = ownMetadata<readonly ReplicatedOptions[]>(ReplicatedMark.KEY, target);
    // Decorators run last to first; declarations are kept in the order in which they are written.
    ReplicatedMark([options, ...(own ?? [])])(target);
  };
}

/** Accepts a class that has these fields as properties, in either spelling. */
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
      : { 'a field is not a property of the class': Unknown<Field, T> };

type Unknown<Field extends string, T> = Field extends keyof T
  ? never
  : Uncapitalize<Field> extends keyof T
    ? never
    : Field;
