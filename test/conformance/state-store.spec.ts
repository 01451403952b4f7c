import { describeWithServers } from '@nestjs-spark/servers/testing';
import { memoryState } from './adapters/memory.ts';
import { stores } from './adapters/stores.ts';
import { stateStoreConformance } from './state-store.conformance.ts';

for (const store of [...stores, memoryState]) {
  describeWithServers(store.needs, `conformance of ${store.name}`, () => stateStoreConformance(store));
}
