/** How a collection is kept; everything but its name may be left out. */
export interface TableDeclaration {
  collection: string;
  /** The table's name. Default: the collection's. */
  table?: string;
  /** Fields, as the application spells them, that get a column and an index of their own. */
  indexes?: readonly string[];
  /** Paths of the objects whose keys are data and not names of fields. */
  dictionaries?: readonly string[];
}
