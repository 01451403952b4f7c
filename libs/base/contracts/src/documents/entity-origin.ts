/** The document that an entity was read from, as it was then. */
export interface EntityOrigin {
  id: string;
  version: string;
  collection: string;
  /** Its JSON text, with its `@metadata` where the store keeps that in it. */
  text: string;
}

const origins = new WeakMap<object, EntityOrigin>();

/** Remembered beside the entity: what is made of it, `{ ...entity }`, has none. */
export function rememberOrigin(entity: object, origin: EntityOrigin): void {
  origins.set(entity, origin);
}

export function originOf(entity: object): EntityOrigin | null {
  return origins.get(entity) ?? null;
}
