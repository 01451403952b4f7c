/** The document that an entity was read from, as it was at that time. */
export interface EntityOrigin {
  id: string;
  version: string;
  collection: string;
  /** Its JSON text, including `@metadata` if the store keeps that inside. */
  text: string;
}

const origins = new WeakMap<object, EntityOrigin>();

/** Remembered for the object itself: a copy such as `{ ...entity }` has none. */
export function rememberOrigin(entity: object, origin: EntityOrigin): void {
  origins.set(entity, origin);
}

export function originOf(entity: object): EntityOrigin | null {
  return origins.get(entity) ?? null;
}
