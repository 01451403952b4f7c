import { describeWithServers } from '@nestjs-spark/servers/testing';
import { stores } from './adapters/stores.ts';
import { houseDocumentsConformance } from './house-documents.conformance.ts';

for (const store of stores) {
  describeWithServers(store.needs, `conformance of ${store.name}`, () => houseDocumentsConformance(store));
}
