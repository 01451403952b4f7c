import { ravendb } from './ravendb.ts';
import { sqlite } from './sqlite.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** Every store that has to keep the ports' promises. */
export const stores: readonly StoreUnderTest[] = [ravendb, sqlite];
