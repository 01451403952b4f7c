/** `People` becomes `people`, `OrderLines` stays: RavenDB's default, which depends on the number of capitals. */
export function collectionPrefix(collection: string): string {
  const capitals = collection.match(/\p{Lu}/gu)?.length ?? 0;
  return capitals <= 1 ? collection.toLowerCase() : collection;
}

/** The prefix of all ids that a document's loads into another collection get. */
export function generatedPrefix(id: string, target: string): string {
  return `${id}/${collectionPrefix(target)}/`;
}

/** The id of a document's n-th load (from 1) into another collection: the same for every update. */
export function generatedId(id: string, target: string, number: number): string {
  return generatedPrefix(id, target) + String(number).padStart(19, '0');
}

/** Collection names are compared case-insensitively. */
export function isSameCollection(one: string, other: string): boolean {
  return one === other || one.toLowerCase() === other.toLowerCase();
}
