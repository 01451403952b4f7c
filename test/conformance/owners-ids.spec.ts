import { describeWithServers } from '@nestjs-spark/servers/testing';
import { stores } from './adapters/stores.ts';
import { ownersIdsConformance } from './owners-ids.conformance.ts';

for (const store of stores) {
  describeWithServers(store.needs, `conformance of ${store.name}`, () => ownersIdsConformance(store));
}
