/** How a collection is stored; everything but its name is optional. */
export interface TableDeclaration {
  collection: string;
  /** The table's name. Default: the collection's. */
  table?: string;
  /** Fields, as spelled in the application, that get a column and an index of their own. */
  indexes?: readonly string[];
  /** Paths of objects whose keys are data rather than field names. */
  dictionaries?: readonly string[];
}
