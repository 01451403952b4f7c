/** What was declared on this class itself; declarations of a parent class are not inherited. */
export function ownMetadata<T>(key: string, target: object): T | undefined {
  return Reflect.getOwnMetadata(key, target) as T | undefined;
}

/** The nearest parent class with a declaration. */
export function declaringParent(key: string, target: object): { name: string } | null {
  for (let parent: unknown = Object.getPrototypeOf(target); typeof parent === 'function';) {
    if (Reflect.hasOwnMetadata(key, parent)) return parent;
    parent = Object.getPrototypeOf(parent);
  }
  return null;
}
