/** A name as a map or set key: modules, collections, tasks and scripts are compared case-insensitively, as in RavenDB. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** Whether two names are the same. Not for document ids, which have rules of their own (`id-rules` in contracts). */
export function sameName(one: string, other: string): boolean {
  return one === other || nameKey(one) === nameKey(other);
}
