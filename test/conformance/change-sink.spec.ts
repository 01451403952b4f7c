import { describeWithServers } from '@nestjs-spark/servers/testing';
import { memorySink } from './adapters/memory.ts';
import { stores } from './adapters/stores.ts';
import { changeSinkConformance } from './change-sink.conformance.ts';
import { changeSinkCopiesConformance } from './change-sink-copies.conformance.ts';

for (const store of [...stores, memorySink]) {
  describeWithServers(store.needs, `conformance of ${store.name}`, () => {
    changeSinkConformance(store);
    changeSinkCopiesConformance(store);
  });
}
