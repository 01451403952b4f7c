import { describeWithServers } from '@nestjs-spark/servers/testing';
import { memorySink } from './adapters/memory.ts';
import { stores } from './adapters/stores.ts';
import { ownersIdsConformance } from './owners-ids.conformance.ts';

for (const store of [...stores, memorySink]) {
  describeWithServers(store.needs, `conformance of ${store.name}`, () => ownersIdsConformance(store));
}
