/** A name as a key of a map or set: modules, collections, tasks and scripts are told apart without case, as RavenDB does. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** Whether two names mean the same. Not for document ids, which have rules of their own (`id-rules` in contracts). */
export function sameName(one: string, other: string): boolean {
  return one === other || nameKey(one) === nameKey(other);
}
