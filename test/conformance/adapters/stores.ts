import { ravendb } from './ravendb.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** Every store that has to keep the ports' promises. */
export const stores: readonly StoreUnderTest[] = [ravendb];
