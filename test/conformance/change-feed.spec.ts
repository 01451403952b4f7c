import { describeWithServers } from '@nestjs-spark/servers/testing';
import { stores } from './adapters/stores.ts';
import { changeFeedConformance } from './change-feed.conformance.ts';

for (const store of stores) {
  describeWithServers(store.needs, `conformance of ${store.name}`, () => changeFeedConformance(store));
}
