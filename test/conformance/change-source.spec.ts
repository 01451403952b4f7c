import { describeWithServers } from '@nestjs-spark/servers/testing';
import { memorySource } from './adapters/memory.ts';
import { stores } from './adapters/stores.ts';
import { changeSourceConformance } from './change-source.conformance.ts';

for (const store of [...stores, memorySource]) {
  describeWithServers(store.needs, `conformance of ${store.name}`, () => changeSourceConformance(store));
}
