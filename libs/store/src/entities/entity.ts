import pluralize from 'pluralize';

const collections = new WeakMap<object, string>();

/** A class whose instances are documents. */
export type EntityClass<T extends object = object> = abstract new (...parameters: never[]) => T;

export interface EntityOptions {
  /** Where the documents are kept. Default: the plural of the class name, as RavenDB makes it (`Person` -> `People`). */
  collection?: string;
}

/**
 * Marks a class whose instances are documents of this application, or copies it keeps. Give the class to
 * `SparkStoreModule.forFeature([…])` and inject its repository with `@InjectRepository(TheClass)`.
 */
export function Entity(options: EntityOptions = {}): ClassDecorator {
  return (target) => {
    if (options.collection) collections.set(target, options.collection);
  };
}

/**
 * The collection of a class: what `@Entity({ collection })` says, else the plural of its name (`CarBrand` -> `CarBrands`,
 * `Company` -> `Companies`). A text is taken as a class name.
 */
export function collectionNameOf(entity: EntityClass | string): string {
  if (typeof entity === 'string') return pluralize.plural(entity);
  return collections.get(entity) ?? pluralize.plural(entity.name);
}
