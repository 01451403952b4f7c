/** Names of modules, collections, tasks and documents are compared without case, as RavenDB does. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
