import type { StoreInfo } from '../choose/parts.ts';

/** What `GET /spark/about` says of a store. */
export async function describeStore(info: StoreInfo) {
  const { kind, databaseName: database } = info;
  return { store: { kind, version: await info.version(), database } };
}
