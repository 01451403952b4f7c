/** `People` becomes `people`, `OrderLines` stays: RavenDB's default, by the number of capitals. */
export function collectionPrefix(collection: string): string {
  const capitals = collection.match(/\p{Lu}/gu)?.length ?? 0;
  return capitals <= 1 ? collection.toLowerCase() : collection;
}

/** The beginning of every id that a document's loads into another collection get. */
export function generatedPrefix(id: string, target: string): string {
  return `${id}/${collectionPrefix(target)}/`;
}

/** The id of the n-th (from 1) load of a document into another collection: the same at every update. */
export function generatedId(id: string, target: string, number: number): string {
  return generatedPrefix(id, target) + String(number).padStart(19, '0');
}

/** Collection names ignore case. */
export function isSameCollection(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase();
}
