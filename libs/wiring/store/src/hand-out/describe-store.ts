import type { StoreInfo } from '../choose/parts.ts';

/** A store's part of `GET /spark/about`. */
export async function describeStore(info: StoreInfo) {
  const { kind, databaseName: database } = info;
  return { store: { kind, version: await info.version(), database } };
}
