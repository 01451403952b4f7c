import { describeWithServers } from '@nestjs-spark/servers/testing';
import { stores } from './adapters/stores.ts';
import { changeTargetConformance } from './change-target.conformance.ts';

for (const store of stores) {
  describeWithServers(store.needs, `conformance of ${store.name}`, () => changeTargetConformance(store));
}
