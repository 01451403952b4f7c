import { describeWithServers } from '@nestjs-spark/servers/testing';
import { ravendb } from './adapters/ravendb.ts';
import { memoryRegistry } from './adapters/memory.ts';
import { jetstream } from './adapters/registry-under-test.ts';
import { moduleRegistryConformance } from './module-registry.conformance.ts';

for (const registry of [ravendb, jetstream, memoryRegistry]) {
  describeWithServers(registry.needs, `conformance of ${registry.name}`, () =>
    moduleRegistryConformance(registry),
  );
}
