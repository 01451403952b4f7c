/** A name as a key of a map or set: modules, collections, tasks and scripts are compared without case, as in RavenDB. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** Whether two names mean the same. Not for document ids, which have rules of their own (`id-rules` in contracts). */
export function sameName(one: string, other: string): boolean {
  return one === other || nameKey(one) === nameKey(other);
}
