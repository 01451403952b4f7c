import { optionProblem, requireOptions } from '@nestjs-spark/foundation/internal';
import pluralize from 'pluralize';
import type { FieldFault } from './entity-declaration-error.ts';

const declared = new WeakMap<object, EntityOptions>();

/** A class whose instances are documents. */
export type EntityClass<T extends object = object> = abstract new (...parameters: never[]) => T;

/** What `@Entity()` takes. Every option may be omitted. */
export interface EntityOptions {
  /** The collection of the documents. Default: the plural of the class name, as RavenDB forms it (`Person` -> `People`). */
  collection?: string;
  /**
   * The table on SQLite. Default: named like the collection. Changing it later is refused, because the documents would be left
   * behind. Has no effect on RavenDB.
   */
  table?: string;
  /**
   * Fields that lists often filter or sort by. SQLite gets an index for each, now or when it is added later; RavenDB creates its
   * own. Default: none, so that such a list scans the whole table.
   */
  indexes?: readonly string[];
  /**
   * Fields that hold a dictionary, whose keys are data rather than field names: `prices`, `owner.phones` (also through lists),
   * `prices.*` for dictionaries in a dictionary. Their keys are the same in the store, in TypeScript and in `where`. Default:
   * none; names inside objects are then converted like all others, `USD` to `uSD`.
   */
  dictionaries?: readonly string[];
}

const OPTIONS = Object.keys({
  collection: true,
  table: true,
  indexes: true,
  dictionaries: true,
} satisfies Record<keyof EntityOptions, true>);

/** What is known of a class whose instances are documents. */
export interface EntityDeclaration extends EntityOptions {
  collection: string;
}

/**
 * Marks a class whose instances are documents of this application, or copies that it keeps. Give the class to
 * `SparkStoreModule.forFeature([…])` and inject its repository with `@InjectRepository(TheClass)`.
 */
export function Entity(options: EntityOptions = {}): ClassDecorator {
  requireOptions('@Entity()', options, OPTIONS);
  return (target) => {
    declared.set(target, options);
  };
}

/**
 * The collection of a class: what `@Entity({ collection })` says, else the plural of its name (`CarBrand` -> `CarBrands`,
 * `Company` -> `Companies`). A string is used as a class name.
 */
export function collectionNameOf(entity: EntityClass | string): string {
  if (typeof entity === 'string') return pluralize.plural(entity);
  return declared.get(entity)?.collection ?? pluralize.plural(entity.name);
}

/** The options of a class that `@Entity()` does not have, as faults. */
export function optionFaults(entity: EntityClass): FieldFault[] {
  return Object.keys(declared.get(entity) ?? {}).flatMap((field) => {
    const wrong = optionProblem(field, OPTIONS);
    if (wrong === null) return [];
    return [
      { className: entity.name, field, problem: 'is not an option of @Entity()', remedy: wrong.remedy },
    ];
  });
}

/** The full declaration of a class, with defaults filled in. */
export function declarationOf(entity: EntityClass): EntityDeclaration {
  return { ...declared.get(entity), collection: collectionNameOf(entity) };
}
